#pragma once

// What a run tells people and scripts: alerts as JSON lines, the summary as text or JSON, progress
// on a terminal, and the picture that shows entry and frame side by side.
//
// Threads: of the rounds thread. Errors: a picture that cannot be written is kUnavailable.

#include <filesystem>
#include <string>

#include "app/pipeline/summary.h"
#include "base/core/result.h"
#include "safeguards/watchlist/sealed_list.h"
#include "stages/alert/alert.h"
#include "stages/video/frame.h"

namespace proviso::commands {

std::string alert_line(const alert::Alert& alert,
                       const watchlist::SealedList& list,
                       const video::Frame& frame,
                       const pipeline::Latency& latency);

std::string summary_text(const pipeline::Summary& summary);
std::string summary_line(const pipeline::Summary& summary);
std::string progress_line(const pipeline::Summary& summary);  // Without a newline.

// The entry's photograph on the left, the face on the frame on the right. JPEG.
Status write_alert_picture(const alert::Alert& alert,
                           const watchlist::SealedList& list,
                           const video::Frame& frame,
                           const std::filesystem::path& path);

}  // namespace proviso::commands
