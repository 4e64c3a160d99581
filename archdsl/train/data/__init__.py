"""Sets of images by name: `digits`, `fashion-mnist`, `cifar10:DIR`, `cifar100:DIR`, `imagenet:DIR`, `folder:DIR`."""
