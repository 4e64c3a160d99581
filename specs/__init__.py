"""The zoo: specs of networks, with the blocks that they share in `blocks/`."""
