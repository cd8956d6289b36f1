#pragma once

// How a stream's display matrix (ISO/IEC 14496-12 8.5.3, H.264 display orientation) turns pictures.
//
//   out      quarter turns clockwise that bring the picture upright, 0 to 3; other angles go to the
//            nearest; a mirror in the matrix is left out: faces stand upright either way
//   threads  reentrant; errors: none (a matrix without an angle is no turn)

#include <array>
#include <cstdint>
#include <optional>

#include "adapters/ffmpeg/handles.h"

namespace proviso::ffmpeg {

using DisplayMatrix = std::array<std::int32_t, 9>;

int quarter_turns_of(const DisplayMatrix& matrix);

std::optional<DisplayMatrix> display_matrix_of(const AVStream& stream);
std::optional<DisplayMatrix> display_matrix_of(const AVFrame& frame);

}  // namespace proviso::ffmpeg
