"""Runs llama.cpp's server until it is killed: engine.py MODEL PORT SLOTS CONTEXT ALIAS [KEY [GRAMMAR]]

CONTEXT is the window of one slot. GRAMMAR, in GBNF, is that of every answer. The log goes to standard error, with the time of each prompt.
"""

import signal
import sys

import xllamacpp


def main(model, port, slots, context, alias, key="", grammar=""):
    p = xllamacpp.CommonParams()
    p.model.path = model
    p.model_alias = {alias}
    p.hostnames = ["127.0.0.1"]
    p.port = int(port)
    p.n_parallel = int(slots)
    p.n_ctx = int(slots) * int(context)
    p.kv_unified = False
    p.endpoint_metrics = True
    p.use_jinja = True
    p.force_pure_content_parser = True  # random words look like broken tool calls
    p.warmup = False
    p.sampling.top_k = 0  # sorts the whole vocabulary: some 8 ms a token, as a slow GPU
    p.cpuparams.n_threads = 1  # two would wait for each other on a busy machine
    p.n_ubatch = 512
    if grammar:  # of every answer
        p.sampling.grammar.type = 1  # the user's
        p.sampling.grammar.grammar = grammar
    if key:
        p.api_keys = [key]
    server = xllamacpp.Server(p)
    print("listening on", server.listening_address, flush=True)
    signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
