#!/usr/bin/env python3
"""Serves OpenVINO GenAI's continuous batching with an OpenAI-compatible /v1/completions, as far as `kvasir bench` needs it.

    pip install openvino-genai "optimum-intel[openvino]"
    optimum-cli export openvino --model HF_FOLDER --task text-generation-with-past --weight-format int8 OV_FOLDER
    python3 Tools/peers/openvino_server.py OV_FOLDER --port 8083

One thread runs the pipeline; HTTP is Python's asyncio and nothing else. Prompts are token ids; answers carry no text, and an
event for each token. Its overhead is some tenths of a millisecond a request.
"""

import argparse
import asyncio
import json
import queue
import threading

import numpy
import openvino
import openvino_genai


class Engine:
    """The pipeline and the thread that runs it."""

    def __init__(self, folder, cache_gib, batch_tokens, threads):
        scheduler = openvino_genai.SchedulerConfig()
        scheduler.cache_size = cache_gib
        scheduler.max_num_batched_tokens = batch_tokens
        scheduler.dynamic_split_fuse = True
        scheduler.enable_prefix_caching = True
        properties = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
        self.pipeline = openvino_genai.ContinuousBatchingPipeline(folder, scheduler, "CPU", properties)
        self.arrivals = queue.SimpleQueue()
        self.loop = None

    def start(self, loop):
        self.loop = loop
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        running = {}
        number = 0
        while True:
            while not running or not self.arrivals.empty():
                prompt, tokens, samples, events = self.arrivals.get()
                for sample in range(samples):
                    config = openvino_genai.GenerationConfig()
                    config.max_new_tokens = tokens
                    config.ignore_eos = True
                    config.do_sample = samples > 1
                    config.rng_seed = sample
                    ids = openvino.Tensor(numpy.array([prompt], dtype=numpy.int64))
                    running[number] = [self.pipeline.add_request(number, ids, config), sample, 0, tokens, events]
                    number += 1
            self.pipeline.step()
            for key, entry in list(running.items()):
                handle, sample, sent, tokens, events = entry
                if handle.can_read():
                    for output in handle.read().values():
                        sent += len(output.generated_ids)
                        self.loop.call_soon_threadsafe(events.put_nowait, (sample, len(output.generated_ids)))
                entry[2] = sent
                if handle.get_status() != openvino_genai.GenerationStatus.RUNNING:
                    self.loop.call_soon_threadsafe(events.put_nowait, None)
                    del running[key]


async def read_request(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
    return method, path, await reader.readexactly(int(headers.get("content-length", 0)))


async def complete(engine, body, writer):
    request = json.loads(body)
    samples = request.get("n") or 1
    events = asyncio.Queue()
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    engine.arrivals.put((request["prompt"], request["max_tokens"], samples, events))
    count, unfinished = 0, samples
    while unfinished:
        event = await events.get()
        if event is None:
            unfinished -= 1
            continue
        sample, tokens = event
        count += tokens
        choice = {"index": sample, "text": "", "finish_reason": None}
        writer.write(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")
        await writer.drain()
    usage = {"prompt_tokens": len(request["prompt"]), "completion_tokens": count}
    writer.write(b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\n\ndata: [DONE]\n\n")


async def serve(engine, reader, writer):
    try:
        method, path, body = await read_request(reader)
        if (method, path) == ("POST", "/v1/completions"):
            await complete(engine, body, writer)
        else:
            found = path == "/v1/models"
            answer = json.dumps({"data": [{"id": "openvino", "object": "model"}]} if found else {}).encode()
            status = "200 OK" if found else "404 Not Found"
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n".encode() + answer)
        await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=8083)
    parser.add_argument("--cache-gib", type=int, default=2)
    parser.add_argument("--batch-tokens", type=int, default=512)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    engine = Engine(options.folder, options.cache_gib, options.batch_tokens, options.threads)
    engine.start(asyncio.get_running_loop())
    server = await asyncio.start_server(lambda r, w: serve(engine, r, w), "127.0.0.1", options.port)
    print(f"Listening on http://127.0.0.1:{options.port}", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
