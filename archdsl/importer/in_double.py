"""A model in double precision throughout: casts to single that programs have inside of norms and softmax are left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

SHORTER = (torch.float32, torch.float16, torch.bfloat16)


class InDouble(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Keeps values of double precision in it while it is active; tensors that a model makes for itself are of double precision too."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.usual = torch.float32

    def __enter__(self) -> InDouble:
        self.usual = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)  # type: ignore[no-untyped-call]
        torch.set_default_dtype(self.usual)

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        given = dict(kwargs or {})
        casts: Callable[..., Any] = torch.ops.aten._to_copy.default
        if function is casts and given.get("dtype") in SHORTER and isinstance(args[0], Tensor) and args[0].dtype is torch.float64:
            given["dtype"] = torch.float64
        return function(*args, **given)
