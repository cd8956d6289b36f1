#include "app/commands/run_output.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "adapters/jpeg/jpeg.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/image/resample.h"
#include "base/json/line.h"

namespace proviso::commands {
namespace {

constexpr int kScoreDecimals = 4;
constexpr int kMsDecimals = 1;
constexpr image::SizePx kTile{192, 224};
constexpr int kPictureQuality = 90;

double ms(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

const watchlist::SealedEntry& entry_of(const alert::Alert& alert,
                                       const watchlist::SealedList& list) {
  const auto index = list.index_of(alert.entry);
  PROVISO_CHECK(index.has_value());  // The alerter takes entries from this list.
  return list.entries()[*index];
}

std::vector<std::chrono::microseconds> capture_latencies(const pipeline::Summary& summary) {
  std::vector<std::chrono::microseconds> all;
  for (const auto& latency : summary.latencies) all.push_back(latency.from_capture);
  return all;
}

std::string padded(std::string_view name) {
  constexpr std::size_t kWidth = 26;
  return concat("  ", name, std::string(kWidth - std::min(kWidth, name.size()), ' '));
}

void paste(const image::BgrImage& tile, int left, image::BgrImage& into) {
  for (int y = 0; y < tile.size.height; ++y) {
    const auto from = static_cast<std::size_t>(y * tile.size.width) * 3;
    const auto to = static_cast<std::size_t>(y * into.size.width + left) * 3;
    std::copy_n(tile.pixels.begin() + static_cast<std::ptrdiff_t>(from),
                tile.size.width * 3,
                into.pixels.begin() + static_cast<std::ptrdiff_t>(to));
  }
}

image::BgrImage tile_of(const image::YuvImage& pixels, const image::RectPx& box) {
  constexpr float kFaceHeights = 1.6F;
  const float height = box.height * kFaceHeights;
  const float width = height * static_cast<float>(kTile.width) / static_cast<float>(kTile.height);
  const image::PointPx middle = image::centre(box);
  return image::crop_scaled(
      pixels, {middle.x - width / 2, middle.y - height / 2, width, height}, kTile);
}

std::string camera_text(const pipeline::CameraSummary& camera) {
  std::string text =
      concat("camera ", camera.camera.text(), ": ", camera.state, ", ", camera.peer_state, "\n");
  if (!camera.why.empty()) text += padded("why") + camera.why + "\n";
  const auto row = [&](std::string_view name, std::uint64_t count) {
    text += concat(padded(name), count, "\n");
  };
  row("frames", camera.frames);
  row("frames dropped", camera.frames_dropped);
  if (camera.frames_left_out > 0) row("frames not decoded", camera.frames_left_out);
  row("faces seen (tracks)", camera.faces_seen);
  row("compared", camera.compared);
  for (std::size_t n = 1; n < camera.not_compared.size(); ++n) {
    if (camera.not_compared.at(n) == 0) continue;
    const auto reason = static_cast<quality::Reason>(n);
    row(concat("not compared: ", quality::to_string(reason)), camera.not_compared.at(n));
  }
  row("comparisons", camera.comparisons);
  row("alerts", camera.alerts);
  row("updates", camera.updates);
  if (camera.withheld > 0) row("alerts withheld", camera.withheld);
  if (camera.stale > 0) row("stale, wiped", camera.stale);
  if (camera.shed > 0) row("shed over a bound", camera.shed);
  for (const std::string& warning : camera.warnings) text += padded("warning") + warning + "\n";
  return text;
}

json::Line camera_json(const pipeline::CameraSummary& camera) {
  const auto whole = [](std::uint64_t count) { return static_cast<std::int64_t>(count); };
  json::Line line;
  line.string("camera", camera.camera.text())
      .string("state", camera.state)
      .string("why", camera.why)
      .string("peer", camera.peer_state)
      .strings("warnings", camera.warnings)
      .integer("frames", whole(camera.frames))
      .integer("frames_dropped", whole(camera.frames_dropped))
      .integer("frames_left_out", whole(camera.frames_left_out))
      .integer("frames_refused", whole(camera.frames_refused))
      .integer("sweeps", whole(camera.sweeps))
      .integer("near_looks", whole(camera.near_looks))
      .integer("faces_seen", whole(camera.faces_seen))
      .integer("compared", whole(camera.compared))
      .integer("comparisons", whole(camera.comparisons))
      .integer("embeddings", whole(camera.embeddings))
      .integer("alerts", whole(camera.alerts))
      .integer("updates", whole(camera.updates))
      .integer("withheld", whole(camera.withheld))
      .integer("stale", whole(camera.stale))
      .integer("shed", whole(camera.shed));
  json::Line reasons;
  for (std::size_t n = 1; n < camera.not_compared.size(); ++n) {
    reasons.integer(quality::to_string(static_cast<quality::Reason>(n)),
                    whole(camera.not_compared.at(n)));
  }
  line.object("not_compared", reasons);
  return line;
}

}  // namespace

std::string alert_line(const alert::Alert& alert,
                       const watchlist::SealedList& list,
                       const video::Frame& frame,
                       const pipeline::Latency& latency) {
  const std::array<double, 4> box{alert.box.x, alert.box.y, alert.box.width, alert.box.height};
  json::Line line;
  line.string("kind", alert.kind == alert::Kind::kNew ? "new" : "update")
      .string("alert", alert.id.text());
  if (alert.linked_to) line.string("linked_to", alert.linked_to->text());
  line.string("entry", alert.entry.text())
      .string("label", entry_of(alert, list).label)
      .string("camera", alert.camera.text())
      .integer("track", static_cast<std::int64_t>(alert.track.value))
      .string("captured_at", to_rfc3339(alert.captured_at))
      .string("first_usable_at", to_rfc3339(alert.first_usable_at))
      .integer("media_time_ms",
               std::chrono::duration_cast<std::chrono::milliseconds>(frame.media_time).count())
      .fixed("score", alert.score, kScoreDecimals)
      .fixed("threshold", alert.threshold, kScoreDecimals)
      .string("calibration", "not calibrated")
      .integer("shots", alert.shots_agreeing)
      .fixeds("box", box, kMsDecimals)
      .fixed("latency_ms", ms(latency.from_capture), kMsDecimals)
      .fixed("latency_from_first_usable_ms", ms(latency.from_first_usable), kMsDecimals);
  return line.text();
}

std::string summary_text(const pipeline::Summary& summary) {
  std::string text = concat("\nsummary: ", summary.stop_reason, "\n");
  for (const auto& camera : summary.cameras) text += camera_text(camera);
  const auto latencies = capture_latencies(summary);
  if (!latencies.empty()) {
    std::array<char, 160> line{};
    static_cast<void>(
        std::snprintf(line.data(),
                      line.size(),
                      "capture to alert: p50 %.0f ms, p95 %.0f ms, p99 %.0f ms (n=%zu)\n",
                      ms(pipeline::percentile(latencies, 0.50)),
                      ms(pipeline::percentile(latencies, 0.95)),
                      ms(pipeline::percentile(latencies, 0.99)),
                      latencies.size()));
    text += line.data();
  }
  text += concat("faces under ",
                 summary.face_width_px_looked_for,
                 " px are not looked for; those under ",
                 summary.face_width_px_min,
                 " px are not compared\n");
  return text;
}

std::string summary_line(const pipeline::Summary& summary) {
  std::vector<json::Line> cameras;
  for (const auto& camera : summary.cameras) cameras.push_back(camera_json(camera));
  const auto latencies = capture_latencies(summary);
  json::Line inner;
  inner.string("stop_reason", summary.stop_reason)
      .string("stop_rule", summary.stop_rule)
      .integer("inferences", static_cast<std::int64_t>(summary.inferences))
      .objects("cameras", cameras)
      .integer("face_width_px_min", summary.face_width_px_min)
      .integer("face_width_px_looked_for", summary.face_width_px_looked_for)
      .integer("latencies", static_cast<std::int64_t>(latencies.size()))
      .fixed("latency_p50_ms", ms(pipeline::percentile(latencies, 0.50)), kMsDecimals)
      .fixed("latency_p95_ms", ms(pipeline::percentile(latencies, 0.95)), kMsDecimals)
      .fixed("latency_p99_ms", ms(pipeline::percentile(latencies, 0.99)), kMsDecimals);
  json::Line line;
  line.object("summary", inner);
  return line.text();
}

std::string progress_line(const pipeline::Summary& summary) {
  std::string text;
  for (const auto& camera : summary.cameras) {
    if (!text.empty()) text += " | ";
    text += concat(camera.camera.text(),
                   " ",
                   camera.state,
                   ": ",
                   camera.frames,
                   " frames, ",
                   camera.faces_seen,
                   " faces, ",
                   camera.alerts,
                   " alerts");
  }
  return text;
}

Status write_alert_picture(const alert::Alert& alert,
                           const watchlist::SealedList& list,
                           const video::Frame& frame,
                           const std::filesystem::path& path) {
  image::BgrImage picture({kTile.width * 2, kTile.height});
  const auto& thumbnail = entry_of(alert, list).thumbnail_jpeg;
  if (!thumbnail.empty()) {
    PROVISO_TRY(const auto entry, jpeg::decode(std::as_bytes(std::span(thumbnail))));
    const image::RectPx all{
        0, 0, static_cast<float>(entry.size.width), static_cast<float>(entry.size.height)};
    paste(image::crop_scaled(image::to_yuv(entry), all, kTile), 0, picture);
  }
  paste(tile_of(frame.pixels, alert.box), kTile.width, picture);
  PROVISO_TRY(const auto bytes, jpeg::encode(picture, kPictureQuality));
  return write_file_durably(path, std::as_bytes(std::span(bytes)));
}

}  // namespace proviso::commands
