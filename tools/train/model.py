# SPDX-License-Identifier: Apache-2.0
"""The MiniMax-VL-01 architecture at pocket size, in plain PyTorch (architecture.md §2 and §4).

Module names follow the published checkpoint where that costs nothing; experts are stacked and are
split again by export.py. All experts are computed densely and weighted, which is the same function as
routing to two of them; at this size that is cheaper than gathering tokens.
"""

import copy
import dataclasses
import math
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import nn

from imageproc import GRID, MEAN, PATCH, STD

CHUNK = 64


@dataclass
class Config:
    """Sizes of the pocket model."""

    vocab_size: int = 0
    hidden: int = 256
    layers: int = 8
    heads: int = 8
    kv_heads: int = 2
    head_dim: int = 48
    rotary_dim: int = 32
    rope_theta: float = 10000.0
    experts: int = 8
    expert_size: int = 160
    softmax_layers: list = field(default_factory=lambda: [7])
    norm_eps: float = 1e-5
    lightning_norm_eps: float = 1e-6
    vit_hidden: int = 256
    vit_layers: int = 7
    vit_heads: int = 4
    vit_ffn: int = 1024
    vit_eps: float = 1e-5

    @property
    def alpha(self):
        return (2 * self.layers) ** 0.25

    def as_dict(self):
        return dataclasses.asdict(self)


def split_qkv(qkv, query_decay, key_decay):
    """[B, chunks, CHUNK, H, 3, D] before SiLU to q, k, v, decayed q and decayed k, each [B, H, chunks, CHUNK, D]."""
    q, k, v = F.silu(qkv).permute(4, 0, 3, 1, 2, 5).unbind(0)
    return q.contiguous(), k.contiguous(), v.contiguous(), (q * query_decay).contiguous(), (k * key_decay).contiguous()


def gated_norm(o, gate, weight, eps):
    """o [B, H, chunks, CHUNK, D] to sigmoid(gate) * RMSNorm over all heads, [B, T, H*D]."""
    flat = o.permute(0, 2, 3, 1, 4).reshape(gate.shape)
    return torch.sigmoid(gate) * F.rms_norm(flat, flat.shape[-1:], weight, eps)


def add_norm(residual, branch, alpha, weight, eps):
    """RMSNorm(alpha * residual + branch): the only thing the next block needs."""
    return F.rms_norm(alpha * residual + branch, residual.shape[-1:], weight, eps)


def route(logits):
    """fp32 router logits [.., E] to (probabilities, which two are chosen as 0 or 1, weights with zero for the others)."""
    p = torch.softmax(logits, -1)
    second = p.topk(2, -1).values[..., 1:2]
    chosen = (p >= second).float()
    weight = p * chosen
    return p, chosen, weight / weight.sum(-1, keepdim=True)


def expert_shares(p, chosen, real):
    """(mean probability of each expert [E], tokens that each got [E]); `real` is 1 for tokens and 0 for padding."""
    real = real.flatten()
    return (real / real.sum()) @ p.flatten(0, -2), real @ chosen.flatten(0, -2)


def balance_loss(mean, tokens):
    """(load-balancing loss, share of the tokens that each expert gets [layers, E]) from all layers' expert_shares [layers, E].

    Both are a whole batch's, not one sequence's, and `tokens` may be summed over several batches before (arXiv 2501.08313 §2.2);
    a balanced router gives 1.
    """
    load = (tokens / tokens.sum(-1, keepdim=True)).detach()
    return mean.shape[-1] * (load * mean).sum(-1).mean(), load


def mix_experts(gate, up, weight):
    """SiLU(gate) * up of all experts side by side [.., E*F], each expert times its weight [.., E]."""
    hidden = F.silu(gate) * up
    split = hidden.unflatten(-1, (weight.shape[-1], -1)) * weight.to(hidden.dtype)[..., None]
    return split.flatten(-2)


class RMSNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)


def slopes(layer, layers, heads):
    """Decay rates s of architecture.md §2.3 for a power-of-two number of heads, fp32 [heads]."""
    base = torch.tensor([2.0 ** (-8.0 * (h + 1) / heads) for h in range(heads)], dtype=torch.float64)
    return (base * (1 - layer / (layers - 1) + 1e-5)).float()


class LightningAttention(nn.Module):
    """Linear attention with decay, computed in chunks; decays enter only as differences of positions."""

    def __init__(self, cfg, layer):
        super().__init__()
        inner = cfg.heads * cfg.head_dim
        self.heads, self.head_dim = cfg.heads, cfg.head_dim
        self.qkv_proj = nn.Linear(cfg.hidden, 3 * inner, bias=False)
        self.output_gate = nn.Linear(cfg.hidden, inner, bias=False)
        self.out_proj = nn.Linear(inner, cfg.hidden, bias=False)
        self.norm = RMSNorm(inner, cfg.lightning_norm_eps)
        s = slopes(layer, cfg.layers, cfg.heads)
        i = torch.arange(CHUNK, dtype=torch.float32)
        gap = i[:, None] - i[None, :]
        within = torch.exp(-s[:, None, None] * gap.clamp(min=0)) * (gap >= 0)
        self.register_buffer("within", within, persistent=False)
        self.register_buffer("query_decay", torch.exp(-s[:, None] * (i + 1))[:, :, None], persistent=False)
        self.register_buffer("key_decay", torch.exp(-s[:, None] * (CHUNK - 1 - i))[:, :, None], persistent=False)
        self.register_buffer("slope", s, persistent=False)

    def forward(self, n, across):
        """n [B, T, hidden] with T a multiple of CHUNK; across [heads, chunks, chunks] carries states over chunks."""
        b, t, _ = n.shape
        chunks = t // CHUNK
        qkv = self.qkv_proj(n).view(b, chunks, CHUNK, self.heads, 3, self.head_dim)
        q, k, v, q_decayed, k_decayed = split_qkv(qkv, self.query_decay[:, None], self.key_decay[:, None])
        intra = ((q @ k.transpose(-1, -2)) * self.within[:, None]) @ v
        sums = k_decayed.transpose(-1, -2) @ v  # [B, H, chunks, D, D]
        state = across.to(sums.dtype) @ sums.flatten(-2)
        o = intra + q_decayed @ state.view_as(sums)
        return self.out_proj(gated_norm(o, self.output_gate(n), self.norm.weight, self.norm.eps))

    def across(self, chunks):
        """[H, m, c] = exp(-s * CHUNK * (m-1-c)) for c < m: how much of chunk c's sum chunk m sees."""
        m = torch.arange(chunks, device=self.slope.device, dtype=torch.float32)
        gap = m[:, None] - 1 - m[None, :]
        return torch.exp(-self.slope[:, None, None] * CHUNK * gap.clamp(min=0)) * (gap >= 0)


def rotary_tables(length, cfg, device):
    j = torch.arange(cfg.rotary_dim // 2, dtype=torch.float32, device=device)
    inverse = cfg.rope_theta ** (-2 * j / cfg.rotary_dim)
    angle = torch.arange(length, dtype=torch.float32, device=device)[:, None] * inverse
    return torch.cos(angle), torch.sin(angle)


def rotate(x, cos, sin):
    """Half-split rotation of the first rotary_dim dims of x [..., T, D]."""
    half = cos.shape[-1]
    a, b, rest = x[..., :half].float(), x[..., half:2 * half].float(), x[..., 2 * half:]
    return torch.cat([(a * cos - b * sin).to(x.dtype), (b * cos + a * sin).to(x.dtype), rest], -1)


class SoftmaxAttention(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        d = cfg.head_dim
        self.q_proj = nn.Linear(cfg.hidden, cfg.heads * d, bias=False)
        self.k_proj = nn.Linear(cfg.hidden, cfg.kv_heads * d, bias=False)
        self.v_proj = nn.Linear(cfg.hidden, cfg.kv_heads * d, bias=False)
        self.o_proj = nn.Linear(cfg.heads * d, cfg.hidden, bias=False)

    def forward(self, n, tables):
        b, t, _ = n.shape
        split = lambda y, heads: y.view(b, t, heads, self.cfg.head_dim).transpose(1, 2)
        q = rotate(split(self.q_proj(n), self.cfg.heads), *tables)
        k = rotate(split(self.k_proj(n), self.cfg.kv_heads), *tables)
        v = split(self.v_proj(n), self.cfg.kv_heads)
        group = self.cfg.heads // self.cfg.kv_heads
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        o = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o_proj(o.transpose(1, 2).reshape(b, t, -1))


class MoE(nn.Module):
    """Top-2 of the experts; w1, w3 [E*F, hidden] and w2 [hidden, E*F] hold the experts one after another."""

    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        wide = cfg.experts * cfg.expert_size
        self.gate = nn.Linear(cfg.hidden, cfg.experts, bias=False)
        self.w1 = nn.Linear(cfg.hidden, wide, bias=False)
        self.w3 = nn.Linear(cfg.hidden, wide, bias=False)
        self.w2 = nn.Linear(wide, cfg.hidden, bias=False)

    def forward(self, m, real):
        """Returns (output, mean probabilities [E], tokens [E]) of the experts."""
        p, chosen, weight = route(m.float() @ self.gate.weight.float().t())
        return self.w2(mix_experts(self.w1(m), self.w3(m), weight)), *expert_shares(p, chosen, real)


class DecoderLayer(nn.Module):
    """Postnorm residuals: the residual stream is the normalised tensor (architecture.md §2.2)."""

    def __init__(self, cfg, layer):
        super().__init__()
        self.alpha = cfg.alpha
        self.softmax = layer in cfg.softmax_layers
        self.input_layernorm = RMSNorm(cfg.hidden, cfg.norm_eps)
        self.post_attention_layernorm = RMSNorm(cfg.hidden, cfg.norm_eps)
        self.self_attn = SoftmaxAttention(cfg) if self.softmax else LightningAttention(cfg, layer)
        self.block_sparse_moe = MoE(cfg)

    def forward(self, n, context, next_norm, real):
        """n is this layer's normalised input; returns (the next norm of its output, expert_shares)."""
        norm = self.post_attention_layernorm
        m = add_norm(n, self.self_attn(n, context), self.alpha, norm.weight, norm.eps)
        y, mean, tokens = self.block_sparse_moe(m, real)
        return add_norm(m, y, self.alpha, next_norm.weight, next_norm.eps), mean, tokens


class LanguageModel(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        self.embed_tokens = nn.Embedding(cfg.vocab_size, cfg.hidden)
        self.layers = nn.ModuleList(DecoderLayer(cfg, i) for i in range(cfg.layers))
        self.norm = RMSNorm(cfg.hidden, cfg.norm_eps)
        self.lm_head = nn.Linear(cfg.hidden, cfg.vocab_size, bias=False)

    def contexts(self, length, device):
        """What each layer needs beside its input: rotary tables or the chunk carry."""
        tables = rotary_tables(length, self.cfg, device)
        return [tables if layer.softmax else layer.self_attn.across(length // CHUNK) for layer in self.layers]

    def forward(self, x, probe=None, real=None, total=None):
        """x [B, T, hidden], T a multiple of CHUNK; real [B, T] marks tokens that are not padding; total(tokens [layers, E])
        sums the experts' tokens over the batches of all ranks.

        Returns (normalised final hidden, balance loss, stream after layer `probe`, loads [layers, E]).
        """
        real = torch.ones(x.shape[:2], device=x.device) if real is None else real
        probed, means, counts = None, [], []
        norms = [layer.input_layernorm for layer in self.layers] + [self.norm]
        n = norms[0](x)
        for i, (layer, context) in enumerate(zip(self.layers, self.contexts(x.shape[1], x.device))):
            n, mean, tokens = layer(n, context, norms[i + 1], real)
            means.append(mean)
            counts.append(tokens)
            if i == probe:
                probed = n
        tokens = torch.stack(counts).detach()
        balance, loads = balance_loss(torch.stack(means), total(tokens) if total else tokens)
        return n, balance, probed, loads


class VitLayer(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        d = cfg.vit_hidden
        self.heads = cfg.vit_heads
        self.layer_norm1 = nn.LayerNorm(d, cfg.vit_eps)
        self.layer_norm2 = nn.LayerNorm(d, cfg.vit_eps)
        self.qkv = nn.Linear(d, 3 * d)
        self.out_proj = nn.Linear(d, d)
        self.fc1 = nn.Linear(d, cfg.vit_ffn)
        self.fc2 = nn.Linear(cfg.vit_ffn, d)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(self.layer_norm1(x)).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        o = F.scaled_dot_product_attention(q, k, v)
        x = x + self.out_proj(o.transpose(1, 2).reshape(b, t, d))
        return x + self.fc2(F.gelu(self.fc1(self.layer_norm2(x))))


class Vit(nn.Module):
    """CLIP vision tower; feature = output of the last layer, no post norm, class token dropped."""

    def __init__(self, cfg):
        super().__init__()
        d = cfg.vit_hidden
        self.class_embedding = nn.Parameter(torch.randn(d) * 0.02)
        self.patch_embedding = nn.Linear(3 * PATCH * PATCH, d, bias=False)
        self.position_embedding = nn.Parameter(torch.randn(GRID * GRID + 1, d) * 0.02)
        self.pre_layrnorm = nn.LayerNorm(d, cfg.vit_eps)
        self.layers = nn.ModuleList(VitLayer(cfg) for _ in range(cfg.vit_layers))

    def forward(self, pixels):
        """pixels [P, 3, TILE, TILE] normalised; returns [P, GRID * GRID, hidden]."""
        p = pixels.shape[0]
        patches = pixels.view(p, 3, GRID, PATCH, GRID, PATCH).permute(0, 2, 4, 1, 3, 5).reshape(p, GRID * GRID, -1)
        x = self.patch_embedding(patches)
        cls = self.class_embedding.to(x.dtype).expand(p, 1, -1)
        x = self.pre_layrnorm(torch.cat([cls, x], 1) + self.position_embedding.to(x.dtype))
        for layer in self.layers:
            x = layer(x)
        return x[:, 1:]


class Projector(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.linear_1 = nn.Linear(cfg.vit_hidden, cfg.hidden)
        self.linear_2 = nn.Linear(cfg.hidden, cfg.hidden)

    def forward(self, x):
        return self.linear_2(F.gelu(self.linear_1(x)))


class Pocket(nn.Module):
    """Vision tower, projector, image_newline and language model."""

    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        self.vision = Vit(cfg)
        self.projector = Projector(cfg)
        self.image_newline = nn.Parameter(torch.randn(cfg.hidden) * 0.5)
        self.language = LanguageModel(cfg)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1) * 255, persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1) * 255, persistent=False)
        self.apply(initialise)
        scale_residual_branches(self)

    def normalise(self, tiles):
        """uint8 [P, TILE, TILE, 3] to normalised floats [P, 3, TILE, TILE]."""
        return ((tiles.permute(0, 3, 1, 2).float() - self.mean) / self.std).to(self.image_newline.dtype)

    def image_features(self, tiles):
        """ViT features [P, GRID * GRID, vit_hidden] of uint8 tiles."""
        return self.vision(self.normalise(tiles))

    def pack(self, features, index, pictures):
        """features [pictures*P, GRID * GRID, vit_hidden], index int64 [N] of imageproc.pack_index; returns [pictures, N, hidden]."""
        projected = self.projector(features)
        flat = projected.reshape(pictures, -1, projected.shape[-1])
        newline = self.image_newline.to(flat.dtype).expand(pictures, 1, -1)
        last = flat.shape[1]
        return torch.cat([flat, newline], 1).index_select(1, torch.where(index < 0, last, index))

    def embed(self, ids, packed, image_id):
        """Token embeddings with the picture's features written over the <image> ids."""
        x = self.language.embed_tokens(ids).to(packed.dtype)
        return x.masked_scatter((ids == image_id)[..., None], packed)


def initialise(module):
    if isinstance(module, nn.Linear):
        fan_out, fan_in = module.weight.shape
        nn.init.normal_(module.weight, std=math.sqrt(2.0 / (fan_in + fan_out)))
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.5)


def scale_residual_branches(model):
    """DeepNorm's beta at initialisation for the language model, 1/sqrt(2L) for the vision tower."""
    beta = (8 * model.cfg.layers) ** -0.25
    with torch.no_grad():
        for layer in model.language.layers:
            attention = layer.self_attn
            (attention.o_proj if layer.softmax else attention.out_proj).weight.mul_(beta)
            layer.block_sparse_moe.w2.weight.mul_(beta)
        for layer in model.vision.layers:
            layer.out_proj.weight.mul_((2 * model.cfg.vit_layers) ** -0.5)
            layer.fc2.weight.mul_((2 * model.cfg.vit_layers) ** -0.5)


def working_copy(model, dtype=torch.bfloat16):
    """A bf16 twin (by default) for forward and backward passes; decay rates and pixel statistics stay fp32."""
    twin = copy.deepcopy(model).to(dtype)
    twin.mean, twin.std = model.mean, model.std
    for own, other in zip(twin.language.layers, model.language.layers):
        if not own.softmax:
            own.self_attn.slope = other.self_attn.slope
    return twin


def parameter_count(model):
    return sum(p.numel() for p in model.parameters())


def compile_layers():
    """Compiles the layers' passes, once for all layers of a kind; what cannot be compiled runs as it is.

    The class's function is compiled, not each layer: weights are then inputs of one code.
    """
    torch._dynamo.config.suppress_errors = True
    torch._dynamo.config.cache_size_limit = 64
    for kind in (VitLayer, DecoderLayer):
        kind.forward = torch.compile(kind.forward, dynamic=True)
