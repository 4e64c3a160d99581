"""Back ends: each folder turns the graph into something that runs or can be read. A back end is imported when it is used."""
