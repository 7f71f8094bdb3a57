"""The gate's pauses between tries, made short: what the pauses are is not what these tests are about."""

import sys

import pytest


def shorten(monkeypatch: pytest.MonkeyPatch, pause: str, seconds: float) -> None:
    """Let a constant such as `KEY_RETRY_SECONDS` be this, in every module of the gate that has it."""
    modules = [
        module
        for name, module in tuple(sys.modules.items())
        if name.startswith("gate_controller.") and hasattr(module, pause)
    ]
    assert modules, f"no module of the gate has {pause}"
    for module in modules:
        monkeypatch.setattr(module, pause, seconds)
