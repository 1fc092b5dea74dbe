"""Train a tiny model with the configuration of Qwen3 on a few conversations, until it knows them by heart.

    python train.py ROWS.jsonl FOLDER      # needs torch, transformers, tokenizers

`ROWS.jsonl`: one `{"messages": […], "tools": […]}` a line, in the OpenAI format. Of no use as a model; what a server makes of it is
real: a chat template, tool calls parsed from generated text, tokens counted.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

MARKS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>", "<think>", "</think>"]
TEMPLATE = """{%- for m in messages -%}
<|im_start|>{{ m.role }}
{% if m.content %}{{ m.content }}{% endif %}
{%- if loop.first and tools %}

{% for t in tools %}{{ (t.function if t.function is defined else t) | tojson }}
{% endfor %}{% endif %}
{%- for c in m.tool_calls or [] %}
<tool_call>
{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments if c.function.arguments is string else c.function.arguments | tojson }}}
</tool_call>
{%- endfor -%}
<|im_end|>
{% endfor -%}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif -%}"""
MINUTES = 6.0
"""Longest time to train."""
ENOUGH = 0.005
"""Loss at which the conversations are known by heart."""


def learned(texts: list[str]) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer made from the texts."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    raw.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=6000, special_tokens=MARKS, initial_alphabet=alphabet)
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=TEMPLATE
    )


def marked(tokenizer: PreTrainedTokenizerFast, row: dict[str, Any]) -> tuple[list[int], list[int]]:
    """A conversation as tokens, and the same with all that the assistant does not say masked out."""
    ids: list[int] = []
    labels: list[int] = []
    for n, message in enumerate(row["messages"]):
        done = tokenizer.apply_chat_template(row["messages"][: n + 1], tools=row["tools"], return_dict=False)
        new = done[len(ids) :]
        head = len(tokenizer("<|im_start|>assistant\n").input_ids)
        said = message["role"] == "assistant"
        labels += [-100] * head + new[head:] if said else [-100] * len(new)
        ids = done
    return ids, labels


def main(rows: Path, folder: Path) -> None:
    torch.manual_seed(0)
    data = [json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()]
    tokenizer = learned([json.dumps(row, ensure_ascii=False) for row in data])
    samples = [marked(tokenizer, row) for row in data]
    print([len(ids) for ids, _ in samples], flush=True)
    longest = max(len(ids) for ids, _ in samples)
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=128, intermediate_size=384, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=2, head_dim=32, max_position_embeddings=2 * longest, tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    model = Qwen3ForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.0)
    started, step, worst = time.monotonic(), 0, 9.0
    while worst > ENOUGH and time.monotonic() - started < MINUTES * 60:
        worst = 0.0
        for ids, labels in samples:
            for group in optimizer.param_groups:
                group["lr"] = 3e-3 * min(1.0, (step + 1) / 20) * (0.3 if step > 150 else 1.0)
            out = model(input_ids=torch.tensor([ids]), labels=torch.tensor([labels]))
            out.loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            worst = max(worst, out.loss.item())
            step += 1
        if step % 12 < len(samples):
            print(f"step {step}: loss {worst:.4f}, {time.monotonic() - started:.0f} s", flush=True)
    model.generation_config.do_sample = False
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    size = sum(p.numel() for p in model.parameters())
    print(f"{size:,} parameters, {longest} tokens in the longest conversation, loss {worst:.4f} after {step} steps")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
