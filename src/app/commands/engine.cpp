#include "app/commands/engine.h"

#include <malloc.h>

#include "app/commands/command.h"
#include "base/core/concat.h"

namespace proviso::commands {
namespace {

constexpr std::size_t kTracksPerCamera = 256;

}  // namespace

Result<Engine> open_engine(const std::filesystem::path& models,
                           const authority::OperatingPoint& point,
                           std::size_t lanes,
                           std::size_t cameras,
                           std::size_t images_together) {
  Engine engine;
  PROVISO_TRY(
      engine.models,
      models::open(models, {.device = "CPU", .lanes = lanes, .images_together = images_together}));
  // Each track holds its shots, the fused one, and for a moment the next of both.
  const auto per_track = static_cast<std::size_t>(point.embeddings_per_track_max) + 3;
  PROVISO_TRY(engine.arena,
              crypto::GuardedArena::create(cameras * kTracksPerCamera * per_track,
                                           engine.models.dimension));
  if (!engine.arena->locked()) {
    warn(
        "the memory for templates could not be locked against swap (mlock); raise RLIMIT_MEMLOCK "
        "(ulimit -l), or turn swap off");
  }
  PROVISO_TRY(engine.embedder, embed::Embedder::create(engine.models.embedder, *engine.arena));
  detect::DetectorOptions options;
  options.face_width_px_min = point.face_width_px_min;
  engine.detector = std::make_unique<detect::Detector>(engine.models.detector, options);
  // Opening a model leaves as much again behind, free but held, as the model itself takes.
  static_cast<void>(::malloc_trim(0));
  return engine;
}

}  // namespace proviso::commands
