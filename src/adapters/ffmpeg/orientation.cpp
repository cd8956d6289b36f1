#include "adapters/ffmpeg/orientation.h"

#include <cmath>
#include <cstring>

extern "C" {
#include <libavutil/display.h>
}

namespace proviso::ffmpeg {
namespace {

constexpr double kQuarterTurnDegrees = 90;

std::optional<DisplayMatrix> matrix_of(const std::uint8_t* bytes, std::size_t size) {
  DisplayMatrix matrix{};
  if (bytes == nullptr || size < sizeof matrix) return std::nullopt;
  std::memcpy(matrix.data(), bytes, sizeof matrix);
  return matrix;
}

}  // namespace

int quarter_turns_of(const DisplayMatrix& matrix) {
  DisplayMatrix turn = matrix;
  // The matrix is | a b u |, points are rows: its determinant is negative where it mirrors.
  //               | c d v |
  const double determinant = static_cast<double>(matrix[0]) * static_cast<double>(matrix[4]) -
                             static_cast<double>(matrix[1]) * static_cast<double>(matrix[3]);
  if (determinant < 0) {
    for (const std::size_t of_x : {0U, 3U}) {
      turn[of_x] = turn[of_x] == INT32_MIN ? INT32_MAX : -turn[of_x];
    }
  }
  const double anticlockwise = av_display_rotation_get(turn.data());
  if (!std::isfinite(anticlockwise)) return 0;
  const auto turns = static_cast<int>(std::lround(-anticlockwise / kQuarterTurnDegrees));
  return ((turns % 4) + 4) % 4;
}

std::optional<DisplayMatrix> display_matrix_of(const AVStream& stream) {
  std::size_t size = 0;
  const auto* bytes = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  return matrix_of(bytes, size);
}

std::optional<DisplayMatrix> display_matrix_of(const AVFrame& frame) {
  const auto* data = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX);
  return data == nullptr ? std::nullopt : matrix_of(data->data, data->size);
}

}  // namespace proviso::ffmpeg
