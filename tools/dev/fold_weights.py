#!/usr/bin/env python3
"""fold_weights.py IN.onnx OUT.onnx: block-quantised weights become plain float32 weights.

OpenVINO refuses the block-quantised DequantizeLinear of a one-dimensional bias (opset 21). Each
DequantizeLinear of an initialiser is therefore computed here, (x - zero point) * scale, and its
result stands in the graph as an initialiser. The arithmetic of the network is unchanged, and the
same input gives the same bytes. Runs in the environment of set-up (onnx, numpy).
"""
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper


def spread(values: np.ndarray, shape: tuple[int, ...], axis: int, block: int) -> np.ndarray:
    """Gives each weight its scale or zero point: one a tensor, one a channel, or one a block."""
    if values.size == 1:
        return values.reshape(())
    if block:
        return np.repeat(values, block, axis=axis).take(range(shape[axis]), axis=axis)
    along_axis = [1] * len(shape)
    along_axis[axis] = -1
    return values.reshape(along_axis)


def folded(node: onnx.NodeProto, weights: dict[str, np.ndarray]) -> onnx.TensorProto:
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    axis, block = attributes.get("axis", 1), attributes.get("block_size", 0)
    x, scale = weights[node.input[0]], weights[node.input[1]]
    has_zero_point = len(node.input) > 2 and node.input[2]
    zero_point = weights[node.input[2]] if has_zero_point else np.float32([0])
    plain = (x - spread(zero_point, x.shape, axis, block)) * spread(scale, x.shape, axis, block)
    return numpy_helper.from_array(plain.astype(np.float32), node.output[0])


def fold(model: onnx.ModelProto) -> None:
    graph = model.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    weights, kept = {}, []
    for node in graph.node:
        if node.op_type != "DequantizeLinear" or node.input[0] not in stored:
            kept.append(node)
            continue
        for name in filter(None, node.input):
            weights[name] = numpy_helper.to_array(stored[name]).astype(np.float32)
        graph.initializer.append(folded(node, weights))
    del graph.node[:]
    graph.node.extend(kept)

    used = {name for node in kept for name in node.input}
    initialisers = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(initialisers)
    # Old exporters list weights among the inputs too; an input must be what the caller feeds.
    names = {tensor.name for tensor in initialisers}
    inputs = [value for value in graph.input if value.name in used and value.name not in names]
    del graph.input[:]
    graph.input.extend(inputs)


def main(source: str, target: str) -> None:
    model = onnx.load(source)
    fold(model)
    onnx.checker.check_model(model)
    with open(target, "wb") as out:
        out.write(model.SerializeToString(deterministic=True))


main(*sys.argv[1:])
