"""Processes that answer: parts on the way, what takes too long, what nobody waits for any more, what dies."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from archdsl.spec.locate import zoo
from archdsl.studio.crew import Crew, Stopped

QUICK = "archdsl: 1\nname: quick\ninput: [3, 8, 8]\nnet:\n  - conv: {out: 4, kernel: 3}\n"
SLOW = QUICK + "  - {repeat: 60000, relu: ~}\n"
"""Takes seconds, and is within all limits."""

DPNET = (zoo() / "dpnet.yaml").read_text(encoding="utf-8")


def asked(text: str) -> dict[str, Any]:
    return {"draft": {"text": text}}


def run(work: Callable[[Crew], Awaitable[None]], grace: float = 0.05) -> None:
    """Work with a crew of one process, in a loop of its own."""

    async def main() -> None:
        crew = Crew(1, grace)
        crew.start()
        try:
            async with asyncio.timeout(60):
                await work(crew)
        finally:
            crew.close()

    asyncio.run(main())


async def answered(crew: Crew) -> None:
    """The crew answers as ever."""
    kind, text = await crew.ask("answer", asked(QUICK), 30)
    assert kind == "done"
    assert json.loads(f"{{{text}}}")["done"]["whole"] is True


def test_parts_come_before_the_end() -> None:
    async def work(crew: Crew) -> None:
        heard: list[str] = []
        kind, text = await crew.ask("answer", asked(QUICK), 30, lambda kind, text: heard.append(text))
        assert (kind, json.loads(f"{{{text}}}")) == ("done", {"done": {"problems": [], "whole": True}})
        parts = [json.loads(f"{{{said}}}") for said in heard]
        assert [part["part"] for part in parts] == ["bill", "picture"]
        assert parts[0]["value"]["totals"][0]["value"] == 4 * 3 * 9

    run(work)


def test_what_a_person_did_wrong_is_a_message() -> None:
    async def work(crew: Crew) -> None:
        kind, text = await crew.ask("answer", {"draft": 3}, 30)
        assert (kind, text) == ("failed", '"failed":"a draft has a text"')
        await answered(crew)

    run(work)


def test_what_takes_too_long_is_stopped_and_others_are_answered() -> None:
    async def work(crew: Crew) -> None:
        await answered(crew)
        (first,) = crew.all
        said: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context["message"]))
        with pytest.raises(Stopped, match=r"took longer than 0\.3 seconds"):
            await crew.ask("answer", asked(SLOW), 0.3)
        first.handle.join(10)
        assert first.handle.exitcode is not None
        await answered(crew)
        gc.collect()
        assert said == []

    run(work)


@pytest.mark.parametrize(("text", "ends"), [(SLOW, True), (DPNET, False)])
def test_what_nobody_waits_for_is_given_up(text: str, ends: bool) -> None:
    """A process that is nearly done goes on; one that is not is ended."""

    async def work(crew: Crew) -> None:
        await answered(crew)
        (first,) = crew.all
        task = asyncio.ensure_future(crew.ask("answer", asked(text), 30))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await answered(crew)
        assert first.alive is not ends

    run(work, grace=0.1 if ends else 20.0)


def test_a_process_that_dies_is_replaced() -> None:
    async def work(crew: Crew) -> None:
        await answered(crew)
        (first,) = crew.all
        task = asyncio.ensure_future(crew.ask("answer", asked(SLOW), 30))
        await asyncio.sleep(0.1)
        first.handle.kill()
        with pytest.raises(Stopped, match="died"):
            await task
        await answered(crew)

    run(work)


def test_drafts_that_would_use_up_the_machine_are_refused() -> None:
    """Limits of the language bound what a draft can be."""

    async def work(crew: Crew) -> None:
        for repeat in ("100000000", "10 ** 9"):
            kind, text = await crew.ask("answer", asked(QUICK + f"  - {{repeat: {repeat}, relu: ~}}\n"), 30)
            answer = json.loads(f"{{{text}}}")["done"]
            assert (kind, answer["whole"]) == ("done", False)
            assert answer["problems"][0]["message"]

    run(work)
