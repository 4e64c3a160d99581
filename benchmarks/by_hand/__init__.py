"""Networks of the zoo as a person writes them in torch.nn, without archdsl."""

from by_hand.dpnet import DPNet
from by_hand.mobilenet_v2 import MobileNetV2
from by_hand.mobilenet_v3 import MobileNetV3
from by_hand.resnet18 import ResNet18

__all__ = ["DPNet", "MobileNetV2", "MobileNetV3", "ResNet18"]
