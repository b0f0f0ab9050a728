"""llama.cpp behind the few calls the fixtures need: tokenise, detokenise, greedy decoding with log-probabilities."""

import ctypes

import numpy as np
import llama_cpp

F32, F16 = 0, 1  # ggml_type
TOP = 10


@llama_cpp.llama_log_callback
def _quiet(_level, _text, _user):
    pass


llama_cpp.llama_log_set(_quiet, ctypes.c_void_p(0))
llama_cpp.llama_backend_init()


def version():
    """What goes into a fixture as its origin."""
    return f"llama.cpp of llama-cpp-python {llama_cpp.__version__}"


def library():
    """The library itself, for functions of ggml that the package does not wrap."""
    return llama_cpp.llama_cpp._lib


class LlamaOracle:
    """One GGUF file, on one thread, without flash attention."""

    def __init__(self, path, context=512, kv=F16, vocab_only=False):
        parameters = llama_cpp.llama_model_default_params()
        parameters.vocab_only = vocab_only
        parameters.n_gpu_layers = 0
        self.model = llama_cpp.llama_model_load_from_file(str(path).encode(), parameters)
        if not self.model:
            raise ValueError(f"llama.cpp cannot load {path}")
        self.vocab = llama_cpp.llama_model_get_vocab(self.model)
        self.size = llama_cpp.llama_vocab_n_tokens(self.vocab)
        self.context = None
        if vocab_only:
            return
        options = llama_cpp.llama_context_default_params()
        options.n_ctx = options.n_batch = options.n_ubatch = context
        options.n_threads = options.n_threads_batch = 1
        options.flash_attn_type = 0
        options.type_k = options.type_v = kv
        self.context = llama_cpp.llama_init_from_model(self.model, options)
        if not self.context:
            raise ValueError(f"llama.cpp cannot make a context for {path}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.context:
            llama_cpp.llama_free(self.context)
        llama_cpp.llama_model_free(self.model)

    def is_end_of_generation(self, token):
        return bool(llama_cpp.llama_vocab_is_eog(self.vocab, token))

    def tokenize(self, text, add_special, parse_special):
        """Token ids of `text` (str or bytes)."""
        data = text if isinstance(text, bytes) else text.encode()
        room = len(data) + 16
        ids = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self.vocab, data, len(data), ids, room, add_special, parse_special)
        if count < 0:
            raise ValueError(f"{-count} tokens do not fit in {room}")
        return list(ids[:count])

    def detokenize(self, tokens, special=True):
        """Bytes of `tokens`, joined piece by piece."""
        out = b""
        buffer = ctypes.create_string_buffer(1024)
        for token in tokens:
            count = llama_cpp.llama_token_to_piece(self.vocab, token, buffer, 1024, 0, special)
            out += buffer.raw[:count]
        return out

    def restart(self):
        """Empties the KV cache."""
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)

    def feed(self, tokens):
        """Appends `tokens` to the sequence and gives the logits after the last one, float64 [vocabulary]."""
        array = (llama_cpp.llama_token * len(tokens))(*tokens)
        status = llama_cpp.llama_decode(self.context, llama_cpp.llama_batch_get_one(array, len(tokens)))
        if status != 0:
            raise ValueError(f"llama_decode: {status}")
        pointer = llama_cpp.llama_get_logits_ith(self.context, -1)
        return np.ctypeslib.as_array(pointer, shape=(self.size,)).astype(np.float64)

    def logprobs(self, prompt, path):
        """Log-probabilities before each token of `path`, fed whatever they say: float64 [len(path), vocabulary]."""
        self.restart()
        rows, feed = [], list(prompt)
        for token in path:
            rows.append(log_softmax(self.feed(feed)))
            feed = [token]
        return np.stack(rows)

    def greedy(self, prompt, steps, clear=0.0):
        """Greedy continuation of `prompt`, end-of-generation tokens included like any other.

        It ends early where first and second place are less than `clear` apart.

        Gives the tokens and the log-probabilities of each step, float64 [steps, vocabulary].
        """
        self.restart()
        tokens, rows, feed = [], [], list(prompt)
        for _ in range(steps):
            row = log_softmax(self.feed(feed))
            if margin(row[None]) < clear:
                break
            token = int(np.argmax(row))
            tokens.append(token)
            rows.append(row)
            feed = [token]
        return tokens, np.array(rows)


def log_softmax(logits):
    shifted = logits - logits.max()
    return shifted - np.log(np.exp(shifted).sum())


def top(row, count):
    """Ids of the `count` largest, largest first, the lower id first among equals."""
    return [int(index) for index in np.lexsort((np.arange(len(row)), -row))[:count]]


def margin(rows):
    """The least distance between first and second place over all steps."""
    ordered = np.sort(rows, axis=1)
    return float((ordered[:, -1] - ordered[:, -2]).min())


def movement(rows, others):
    """How far the log-probabilities of the ten best of `rows` are from those in `others`: [steps, 10]."""
    best = np.array([top(row, TOP) for row in rows])
    return np.abs(np.take_along_axis(rows - others, best, axis=1))
