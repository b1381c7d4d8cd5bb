#!/usr/bin/env python3
"""Writes a model of random weights in llama.cpp's file format, half a megabyte, with a vocabulary of its own: bytes, ASCII, a few
words. What it says is noise; what matters is that a real server runs it. usage: tiny_model.py OUT      needs: pip install gguf numpy
"""

import sys

import gguf
import numpy as np

WIDTH, LAYERS, HEADS, INNER, CONTEXT = 64, 2, 4, 128, 32768
rng = np.random.default_rng(7)


def noise(*shape, scale=0.05):
    return (rng.standard_normal(shape) * scale).astype(np.float32)


kind = gguf.TokenType
vocabulary = [("<unk>", 0.0, kind.UNKNOWN), ("<s>", 0.0, kind.CONTROL), ("</s>", 0.0, kind.CONTROL)]
vocabulary += [(f"<0x{byte:02X}>", 0.0, kind.BYTE) for byte in range(256)]
vocabulary += [(chr(code), -float(code), kind.NORMAL) for code in range(33, 127)]
vocabulary += [("\u2581", -1.0, kind.NORMAL)]
words = "the model metric goal risk must should is no yes what how none limit test data cost".split()
for number, word in enumerate(words):
    vocabulary += [(word, -200.0 - number, kind.NORMAL), ("\u2581" + word, -200.0 - number, kind.NORMAL)]
size = len(vocabulary)
place = {token: at for at, (token, _, _) in enumerate(vocabulary)}

out = gguf.GGUFWriter(sys.argv[1], "llama")
out.add_name("noise")
out.add_context_length(CONTEXT)
out.add_embedding_length(WIDTH)
out.add_block_count(LAYERS)
out.add_feed_forward_length(INNER)
out.add_head_count(HEADS)
out.add_head_count_kv(HEADS)
out.add_layer_norm_rms_eps(1e-5)
out.add_rope_dimension_count(WIDTH // HEADS)
out.add_vocab_size(size)
out.add_file_type(gguf.LlamaFileType.ALL_F32)
out.add_tokenizer_model("llama")
out.add_tokenizer_pre("default")
out.add_token_list([token for token, _, _ in vocabulary])
out.add_token_scores([score for _, score, _ in vocabulary])
out.add_token_types([what for _, _, what in vocabulary])
out.add_bos_token_id(1)
out.add_eos_token_id(2)
out.add_unk_token_id(0)
out.add_add_bos_token(True)
out.add_add_eos_token(False)
out.add_add_space_prefix(False)
out.add_chat_template("{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant: ")

# One dimension carries a constant, so that the last layer can prefer tokens whatever was said: bytes hardly ever, for they make no
# text; what closes strings, lists and objects a little more often, so that bound noise comes to an end.
embedding = noise(size, WIDTH, scale=1.0)
embedding[:, 0] = 8.0
head = noise(size, WIDTH, scale=0.25)
head[:, 0] = -0.1
head[:259, 0] = -15.0
head[2, 0] = 0.1
for token, liking in {'"': 0.35, "}": 0.3, "]": 0.25, ",": 0.05, "\u2581": 0.1}.items():
    head[place[token], 0] = liking
tensors = {"token_embd": embedding, "output": head, "output_norm": np.ones(WIDTH, np.float32)}
for layer in range(LAYERS):
    for name in ("attn_norm", "ffn_norm"):
        tensors[f"blk.{layer}.{name}"] = np.ones(WIDTH, np.float32)
    for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
        tensors[f"blk.{layer}.{name}"] = noise(WIDTH, WIDTH)
    tensors[f"blk.{layer}.ffn_gate"] = noise(INNER, WIDTH)
    tensors[f"blk.{layer}.ffn_up"] = noise(INNER, WIDTH)
    tensors[f"blk.{layer}.ffn_down"] = noise(WIDTH, INNER)
for name, tensor in tensors.items():
    out.add_tensor(f"{name}.weight", tensor)
out.write_header_to_file()
out.write_kv_data_to_file()
out.write_tensors_to_file()
out.close()
