# SPDX-License-Identifier: Apache-2.0
"""The vision-language oracle, composed of transformers' released classes.

transformers as published on the package registry (checked up to 5.23.0) ships the `minimax` language model but not
the `minimax_vl_01` model that architecture.md §7 names. That model is LLaVA-NeXT with a MiniMax language model, a
partial rotary and floor rounding, so the oracle is LlavaNextForConditionalGeneration + CLIPVisionModel +
MiniMaxModel + GLM-4-MoE's rotary + LlavaNextImageProcessorPil, with just the two rounding rules of architecture.md
§4.2 step 2 and §4.3 put in their places.
"""

import contextlib

import numpy as np
import torch
from PIL import Image
from transformers import LlavaNextConfig, LlavaNextForConditionalGeneration, MiniMaxConfig
from transformers.image_utils import PILImageResampling, SizeDict
from transformers.models.llava_next import modeling_llava_next as llava_next
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil

from text_model import load_into, partial_rotary, use_official_slopes, use_partial_rotary_embedding

UNUSED = {"model.vision_tower.post_layernorm.weight": np.ones, "model.vision_tower.post_layernorm.bias": np.zeros}


class ImageProcessor(LlavaNextImageProcessorPil):
    """LLaVA-NeXT's any-resolution processor with a floor where it has a ceiling (architecture.md §4.2)."""

    def __init__(self, tile: int, pinpoints: list[list[int]]):
        super().__init__(size={"height": tile, "width": tile}, crop_size=None, do_center_crop=False, do_pad=False,
                         image_grid_pinpoints=pinpoints, resample=PILImageResampling.BICUBIC)

    def _resize_for_patching(self, image, target_resolution, resample):
        size = fitted_size(image.shape[-2:], target_resolution)
        return self.resize(image=image, size=SizeDict(height=size[0], width=size[1]), resample=resample)

    def pixel_values(self, image: Image.Image) -> np.ndarray:
        """[P, 3, tile, tile] float32: the thumbnail, then the tiles row by row."""
        return np.asarray(self.preprocess([image])["pixel_values"][0], dtype=np.float32)

    def tile_bytes(self, image: Image.Image) -> np.ndarray:
        """[P, tile, tile, 3] uint8: the same tiles before rescaling and normalisation."""
        raw = self.preprocess([image], do_rescale=False, do_normalize=False)["pixel_values"][0]
        return np.ascontiguousarray(np.asarray(raw).transpose(0, 2, 3, 1)).astype(np.uint8)


def fitted_size(original: tuple[int, int], target: tuple[int, int]) -> tuple[int, int]:
    """(height, width) of a picture fitted into a pinpoint (architecture.md §4.2 step 2)."""
    (height, width), (target_height, target_width) = original, target
    if width / height > target_width / target_height:
        return int(target_width * height / width), target_width
    return target_height, int(target_height * width / height)


def floor_unpad(features: torch.Tensor, original) -> torch.Tensor:
    """Trims a [C, H, W] feature map to the picture's own area (architecture.md §4.3)."""
    height, width = (int(side) for side in original)
    rows, columns = features.shape[1:]
    if width / height > columns / rows:
        trim = (rows - height * columns // width) // 2
        return features[:, trim : rows - trim, :]
    trim = (columns - width * rows // height) // 2
    return features[:, :, trim : columns - trim]


@contextlib.contextmanager
def _rounding_rules():
    original = llava_next.unpad_image
    llava_next.unpad_image = floor_unpad
    try:
        with partial_rotary():
            yield
    finally:
        llava_next.unpad_image = original


class VisionLanguageOracle:
    """Packed features and logits of one checkpoint with transformers' tensor names and config keys."""

    def __init__(self, config: dict, tensors: dict[str, np.ndarray]):
        text = {key: value for key, value in config["text_config"].items() if key != "model_type"}
        kept = ("image_grid_pinpoints image_seq_length image_token_index multimodal_projector_bias "
                "projector_hidden_act tie_word_embeddings vision_feature_layer vision_feature_select_strategy").split()
        built = LlavaNextConfig(text_config=MiniMaxConfig(**text), vision_config=dict(config["vision_config"]),
                                attn_implementation="eager", experts_implementation="eager",
                                **{key: config[key] for key in kept})
        self.model = LlavaNextForConditionalGeneration(built).eval()
        width = (config["vision_config"]["hidden_size"],)
        load_into(self.model, tensors | {name: fill(width, np.float32) for name, fill in UNUSED.items()})
        use_partial_rotary_embedding(self.model.model.language_model)
        use_official_slopes(self.model.model.language_model)

    @torch.no_grad()
    def features(self, pixel_values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """[tokens, hidden] of one picture after projector and packing."""
        with _rounding_rules():
            out = self.model.get_image_features(pixel_values=torch.from_numpy(pixel_values),
                                                image_sizes=torch.tensor([size]), vision_feature_layer=-1,
                                                vision_feature_select_strategy="default")
        return out.pooler_output[0].numpy()

    @torch.no_grad()
    def logits(self, ids: list[int], pixel_values: list[np.ndarray], sizes: list[tuple[int, int]]) -> np.ndarray:
        """[T, vocab] of a prompt whose placeholders are already repeated once per feature."""
        with _rounding_rules():
            out = self.model(input_ids=torch.tensor([ids]), pixel_values=torch.from_numpy(np.concatenate(pixel_values)),
                             image_sizes=torch.tensor(sizes), use_cache=False)
        return out.logits[0].numpy()
