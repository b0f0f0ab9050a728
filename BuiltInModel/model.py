"""The network: a small Llama, written so that its weights go into GGUF unchanged.

Rotary embedding is the interleaved layout (pairs 2i, 2i+1), which is what GGUF files of architecture
`llama` hold, so the export permutes nothing. Input and output embeddings are tied.
"""

from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass
class Shape:
    """Hyperparameters. Every row length (dim, heads * head_dim, ffn) is a multiple of 32, as Q8_0 needs."""

    vocab: int = 3072
    dim: int = 256
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 64
    ffn: int = 672
    context: int = 4096
    rope_base: float = 10000.0
    norm_eps: float = 1e-5

    def as_dict(self):
        return asdict(self)


class RMSNorm(nn.Module):
    def __init__(self, dim, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        return F.rms_norm(x.float(), (x.shape[-1],), self.weight, self.eps).to(x.dtype)


def rope_tables(positions, shape):
    """cos and sin, each [batch or 1, 1, tokens, head_dim / 2], for positions [batch or 1, tokens]."""
    exponents = torch.arange(0, shape.head_dim, 2, dtype=torch.float32) / shape.head_dim
    angles = positions.float()[..., None] * shape.rope_base**-exponents
    return angles.cos()[:, None], angles.sin()[:, None]


def rotate(x, cos, sin):
    """Rotates the pairs (x[2i], x[2i+1]) of x [batch, heads, tokens, head_dim]."""
    pairs = x.float().unflatten(-1, (-1, 2))
    even, odd = pairs[..., 0], pairs[..., 1]
    turned = torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1)
    return turned.flatten(-2).to(x.dtype)


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.q = nn.Linear(shape.dim, shape.heads * shape.head_dim, bias=False)
        self.k = nn.Linear(shape.dim, shape.kv_heads * shape.head_dim, bias=False)
        self.v = nn.Linear(shape.dim, shape.kv_heads * shape.head_dim, bias=False)
        self.o = nn.Linear(shape.heads * shape.head_dim, shape.dim, bias=False)

    def forward(self, x, cos, sin, cache=None):
        def split(t, heads):
            return t.unflatten(-1, (heads, self.shape.head_dim)).transpose(1, 2)

        q = rotate(split(self.q(x), self.shape.heads), cos, sin)
        k = rotate(split(self.k(x), self.shape.kv_heads), cos, sin)
        v = split(self.v(x), self.shape.kv_heads)
        if cache is not None:
            k, v = cache.extend(self, k, v)
        group = self.shape.heads // self.shape.kv_heads
        if group > 1:
            k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        causal = x.shape[1] > 1  # a single new token may see everything before it
        y = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        return self.o(y.transpose(1, 2).flatten(-2))


class FeedForward(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.gate = nn.Linear(shape.dim, shape.ffn, bias=False)
        self.up = nn.Linear(shape.dim, shape.ffn, bias=False)
        self.down = nn.Linear(shape.ffn, shape.dim, bias=False)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.attention_norm = RMSNorm(shape.dim, shape.norm_eps)
        self.attention = Attention(shape)
        self.ffn_norm = RMSNorm(shape.dim, shape.norm_eps)
        self.ffn = FeedForward(shape)

    def forward(self, x, cos, sin, cache=None):
        x = x + self.attention(self.attention_norm(x), cos, sin, cache)
        return x + self.ffn(self.ffn_norm(x))


class KVCache:
    """Keys and values of one growing batch, for generation. The first call must bring the whole prompt."""

    def __init__(self):
        self.kept = {}
        self.length = 0

    def extend(self, layer, k, v):
        if layer in self.kept:
            old_k, old_v = self.kept[layer]
            k, v = torch.cat((old_k, k), dim=2), torch.cat((old_v, v), dim=2)
        self.kept[layer] = (k, v)
        return k, v


class KvasirModel(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocab, shape.dim)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.final_norm = RMSNorm(shape.dim, shape.norm_eps)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)
        for layer in self.layers:
            for out in (layer.attention.o, layer.ffn.down):
                nn.init.normal_(out.weight, std=0.02 / (2 * shape.layers) ** 0.5)

    def hidden(self, tokens, positions=None, cache=None):
        """Final hidden states [batch, tokens, dim]."""
        if positions is None:
            start = cache.length if cache else 0
            positions = torch.arange(start, start + tokens.shape[1])[None]
        cos, sin = rope_tables(positions, self.shape)
        x = self.embedding(tokens)
        for layer in self.layers:
            x = layer(x, cos, sin, cache)
        if cache is not None:
            cache.length += tokens.shape[1]
        return self.final_norm(x)

    def forward(self, tokens, positions=None, cache=None):
        """Logits [batch, tokens, vocab]."""
        return F.linear(self.hidden(tokens, positions, cache), self.embedding.weight)

    def parameter_count(self):
        return sum(p.numel() for p in self.parameters())
