"""Greedy generation with the torch model."""

import torch

from model import KVCache


@torch.no_grad()
def greedy(model, prompt, end, limit=120):
    """The token ids the model answers to a prompt of token ids, without the end token."""
    model.eval()
    cache, tokens, answer = KVCache(), torch.tensor([prompt]), []
    while len(answer) < limit:
        # Only the last position's logits are needed.
        hidden = model.hidden(tokens, cache=cache)[:, -1]
        token = int((hidden @ model.embedding.weight.T).argmax())
        if token == end:
            break
        answer.append(token)
        tokens = torch.tensor([[token]])
    return answer
