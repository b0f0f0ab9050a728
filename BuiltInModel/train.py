"""Trains the built-in model.

    python train.py --tokenizer tokenizer.json --out DIR

The learning rate warms up, stays constant and decays to zero over the last `--decay` steps. A run that was
stopped goes on with `--resume`; with the same seed every step sees the same data.
"""

import argparse
import random
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from conversations import ConversationMaker
from dataset import BatchMaker
from generate import greedy
from model import KvasirModel, Shape
from tokenizer import ChatFormat

SEED = 20240
INNER_RATE, OUTER_RATE, WARM_UP = 5e-3, 3e-3, 100


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--steps", type=int, default=4500, help="steps of 2,048 to 4,096 tokens in all")
    parser.add_argument("--decay", type=int, default=1750, help="steps at the end during which the rate decays")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", type=Path, help="checkpoint to go on from")
    parser.add_argument("--no-compile", action="store_true", help="do without torch.compile (slower)")
    return parser.parse_args()


def rate_at(step, steps, decay):
    """The learning rate's factor: linear warm-up, constant, linear decay to zero."""
    return min(1.0, (step + 1) / WARM_UP, (steps - step) / decay)


def optimizers(model):
    """Muon for the matrices inside the layers, AdamW for the embedding and the norms."""
    inner = [p for p in model.layers.parameters() if p.dim() == 2]
    rest = [p for p in model.parameters() if all(p is not q for q in inner)]
    both = [torch.optim.Muon(inner, lr=INNER_RATE, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(rest, lr=OUTER_RATE, weight_decay=0.0, betas=(0.9, 0.98))]
    for optimiser in both:
        for group in optimiser.param_groups:
            group["initial_lr"] = group["lr"]
    return both


def loss_of(hidden, embedding, targets, weights):
    """Weighted mean cross-entropy; only positions that carry weight go through the output layer."""
    chosen = weights.flatten().nonzero().squeeze(1)
    logits = F.linear(hidden.flatten(0, 1)[chosen], embedding)
    losses = F.cross_entropy(logits.float(), targets.flatten()[chosen], reduction="none")
    share = weights.flatten()[chosen]
    return (losses * share).sum() / share.sum().clamp(min=1)  # a row may hold nothing but a system prompt


def quick_check(model, chat, conversations, count=40):
    """Share of held-back questions answered with their key facts, without a system prompt."""
    rng = random.Random(1)
    pairs = [(topic, question) for topic in conversations.facts for question in topic.held_back]
    right = 0
    for topic, question in rng.sample(pairs, count):
        answer = chat.decode(greedy(model, chat.prompt([("user", question)]), chat.end, 90))
        right += topic.is_right(answer)
    model.train()
    return right / count


def main():
    args = arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(SEED)
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    chat, conversations = ChatFormat(tokenizer), ConversationMaker()
    batches = BatchMaker(chat, SEED)
    model = KvasirModel(Shape(vocab=tokenizer.get_vocab_size()))
    optimisers, first, tokens_seen, earlier = optimizers(model), 0, 0, 0.0
    if args.resume:
        saved = torch.load(args.resume, weights_only=True)
        model.load_state_dict(saved["model"])
        for optimiser, state in zip(optimisers, saved["optimizers"]):
            optimiser.load_state_dict(state)
        first, tokens_seen, earlier = saved["step"], saved["tokens"], saved["seconds"]
    print(f"{model.parameter_count():,} parameters, steps {first} to {args.steps}", flush=True)

    forward = model.hidden if args.no_compile else torch.compile(model.hidden, dynamic=False)
    began, recent = time.time(), []
    for step in range(first, args.steps):
        tokens, targets, weights = (torch.from_numpy(a.copy()) for a in batches.batch(step))
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_of(forward(tokens), model.embedding.weight, targets, weights)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser in optimisers:
            for group in optimiser.param_groups:
                group["lr"] = group["initial_lr"] * rate_at(step, args.steps, args.decay)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        tokens_seen += tokens.numel()
        recent.append(loss.item())
        done, seconds = step + 1, earlier + time.time() - began
        if done % 50 == 0:
            mean = sum(recent) / len(recent)
            print(f"step {done} loss {mean:.4f} tokens {tokens_seen:,} seconds {seconds:.0f}", flush=True)
            recent.clear()
        if done % 250 == 0 or done == args.steps:
            state = {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimisers], "step": done,
                     "tokens": tokens_seen, "seconds": seconds, "shape": model.shape.as_dict()}
            torch.save(state, args.out / ("final.pt" if done == args.steps else "latest.pt"))
        if done % 500 == 0 or done == args.steps:
            print(f"step {done} held-back {quick_check(model, chat, conversations):.2f}", flush=True)


if __name__ == "__main__":
    main()
