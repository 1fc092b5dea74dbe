"""The peer's side, under the peer's own interpreter (see `benchmarks/README.md` for how to set it up):

    PEER/bin/python benchmarks/beside_tau2/peer.py URL CONVERSATIONS AT_ONCE

The first task of its mock domain, as often as asked for, user and assistant played by the model at URL. Everything is at its defaults, but for
the number of conversations at once, and nothing is asked of a judge: the environment is compared, as its own runs do.
Prints one line of JSON.
"""

import json
import logging
import resource
import sys
import time

from loguru import logger
from tau2.data_model.simulation import TextRunConfig
from tau2.evaluator.evaluator import EvaluationType
from tau2.runner.batch import run_tasks
from tau2.runner.helpers import get_tasks


def main() -> None:
    """Run and say what it took."""
    url, n, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    logger.remove()
    logging.disable(logging.WARNING)
    reached = {"api_base": url, "api_key": "none", "temperature": 0.0}
    config = TextRunConfig(
        domain="mock",
        llm_agent="openai/gpt-4o-mini",
        llm_args_agent=reached,
        llm_user="openai/gpt-4o-mini",
        llm_args_user=reached,
        num_trials=n,
        max_concurrency=at_once,
        log_level="CRITICAL",
    )
    tasks = get_tasks("mock", task_ids=["create_task_1"])
    run = lambda trials: run_tasks(  # noqa: E731 (twice the same, but for one number)
        config.model_copy(update={"num_trials": trials}),
        tasks,
        evaluation_type=EvaluationType.ENV,
        console_display=False,
    )
    run(2)  # what is imported and opened once
    started, before = time.monotonic(), time.process_time()
    results = run(n)
    wall, cpu = time.monotonic() - started, time.process_time() - before
    right = sum(s.reward_info is not None and s.reward_info.reward == 1.0 for s in results.simulations)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"n": n, "right": right, "wall": wall, "cpu": cpu, "memory": memory}) + "\n")


if __name__ == "__main__":
    main()
