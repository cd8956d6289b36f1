#pragma once

// The parts that several commands run: models, detector, arena and embedder, opened together.
//
// Errors: those of models::open and GuardedArena::create. Threads: thread-bound.
// A failing mlock is said aloud here (stderr), because the arena then may reach swap.

#include <filesystem>
#include <memory>

#include "app/models/models.h"
#include "base/core/result.h"
#include "base/crypto/guarded_arena.h"
#include "safeguards/authority/operating_point.h"
#include "stages/detect/detector.h"
#include "stages/embed/embedder.h"

namespace proviso::commands {

struct Engine {
  models::Models models;
  std::unique_ptr<crypto::GuardedArena> arena;  // Outlives the embedder and every probe.
  std::unique_ptr<embed::Embedder> embedder;
  std::unique_ptr<detect::Detector> detector;
};

inline constexpr std::size_t kLanesDefault = 2;
inline constexpr const char* kModelsDefault = ".deps/models";

Result<Engine> open_engine(const std::filesystem::path& models,
                           const authority::OperatingPoint& point,
                           std::size_t lanes,
                           std::size_t cameras,
                           std::size_t images_together = 1);

}  // namespace proviso::commands
