"""Writes a tiny model of random weights: model.py FILE TEXT...

It is a Gemma 2 with two layers, one of which has a sliding window, so that long prompts are cheap. Its
vocabulary is the words of the given texts. What it says means nothing; how llama.cpp serves it is real.
"""

import collections
import pathlib
import re
import sys

import gguf
import numpy

LAYERS, WIDTH, HEADS, HEAD, FEED = 1, 64, 1, 32, 64
WINDOW, CONTEXT = 512, 131_072
WORDS = 20_000  # many: choosing among them takes the time that makes an answer a stream

NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6  # token types of llama.cpp

# The turns of a chat; tools are accepted and stay out of the prompt, so that answers are plain text.
TEMPLATE = (
    "{% for m in messages %}<start>{{ m.role }}\n"
    "{% if m.content is string %}{{ m.content }}{% elif m.content %}"
    "{% for part in m.content %}{{ part.text }}{% endfor %}{% endif %}"
    "{% for call in m.tool_calls or [] %}{{ call.function.name }} {{ call.function.arguments | tojson }}{% endfor %}"
    "<end>\n{% endfor %}"
    "{% if tools %}{% endif %}"
    "{% if add_generation_prompt %}<start>assistant\n{% endif %}"
)


def vocabulary(texts):
    """Tokens, scores and types: control, bytes, characters, then each common word with all its beginnings.

    SentencePiece joins the two neighbours with the best score until none is left, so a word becomes one token
    only if each of its beginnings is a token.
    """
    tokens = [("<unk>", UNKNOWN), ("<s>", CONTROL), ("</s>", CONTROL), ("<start>", CONTROL), ("<end>", CONTROL)]
    tokens += [(f"<0x{b:02X}>", BYTE) for b in range(256)]
    counts = collections.Counter()
    for text in texts:
        counts.update(re.findall(r"[A-Za-z]+", text))
    pieces = dict.fromkeys([chr(c) for c in range(33, 127)] + ["\u2581", "\n"])
    for word, _ in counts.most_common(WORDS):
        for n in range(1, len(word) + 1):
            pieces["\u2581" + word[:n]] = None
            pieces[word[:n]] = None
    tokens += [(piece, NORMAL) for piece in pieces]
    scores = [0.0] * len(tokens)
    for i, (piece, kind) in enumerate(tokens):
        if kind == NORMAL:
            scores[i] = float(len(piece))
    return [t for t, _ in tokens], scores, [k for _, k in tokens]


def write(path, texts):
    tokens, scores, types = vocabulary(texts)
    w = gguf.GGUFWriter(path, "gemma2")
    w.add_context_length(CONTEXT)
    w.add_embedding_length(WIDTH)
    w.add_block_count(LAYERS)
    w.add_feed_forward_length(FEED)
    w.add_head_count(HEADS)
    w.add_head_count_kv(1)
    w.add_key_length(HEAD)
    w.add_value_length(HEAD)
    w.add_layer_norm_rms_eps(1e-6)
    w.add_attn_logit_softcapping(50.0)
    w.add_final_logit_softcapping(30.0)
    w.add_sliding_window(WINDOW)
    w.add_tokenizer_model("llama")
    w.add_tokenizer_pre("default")
    w.add_token_list(tokens)
    w.add_token_scores(scores)
    w.add_token_types(types)
    w.add_unk_token_id(0)
    w.add_bos_token_id(1)
    w.add_eos_token_id(2)
    w.add_eot_token_id(4)
    w.add_chat_template(TEMPLATE)

    random = numpy.random.default_rng(1)

    def add(name, *shape):
        w.add_tensor(name, random.normal(0, 0.05, shape).astype(numpy.float32))

    def norm(name, first=1):
        weights = numpy.ones(WIDTH, numpy.float32)
        weights[0] = first
        w.add_tensor(name, weights)

    # The first dimension says whether a token is a word. No layer changes it, so after a word comes a word: single
    # bytes are no text, and llama.cpp leaves message_start out of an answer that begins with half a character.
    embeddings = random.normal(0, 0.05, (len(tokens), WIDTH)).astype(numpy.float32)
    embeddings[:, 0] = [1 if kind == NORMAL else -1 for kind in types]
    w.add_tensor("token_embd.weight", embeddings)
    norm("output_norm.weight")
    for i in range(LAYERS):
        norm(f"blk.{i}.attn_norm.weight")
        norm(f"blk.{i}.post_attention_norm.weight", first=0)
        norm(f"blk.{i}.ffn_norm.weight")
        norm(f"blk.{i}.post_ffw_norm.weight", first=0)
        add(f"blk.{i}.attn_q.weight", HEADS * HEAD, WIDTH)
        add(f"blk.{i}.attn_k.weight", HEAD, WIDTH)
        add(f"blk.{i}.attn_v.weight", HEAD, WIDTH)
        add(f"blk.{i}.attn_output.weight", WIDTH, HEADS * HEAD)
        add(f"blk.{i}.ffn_gate.weight", FEED, WIDTH)
        add(f"blk.{i}.ffn_up.weight", FEED, WIDTH)
        add(f"blk.{i}.ffn_down.weight", WIDTH, FEED)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


if __name__ == "__main__":
    write(sys.argv[1], [pathlib.Path(name).read_text() for name in sys.argv[2:]])
