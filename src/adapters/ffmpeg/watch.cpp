#include "adapters/ffmpeg/watch.h"

#include <utility>

namespace proviso::ffmpeg {

void Watch::set_target(const AVFormatContext* context, std::string url) {
  context_ = context;
  url_ = std::move(url);
  is_redirected_ = false;
}

int Watch::must_give_up(void* watch) {
  auto& self = *static_cast<Watch*>(watch);
  if (self.context_ != nullptr && self.context_->url != nullptr &&
      self.url_ != self.context_->url) {
    self.is_redirected_ = true;
  }
  return self.is_redirected_ || self.is_interrupted() || self.is_late() ? 1 : 0;
}

}  // namespace proviso::ffmpeg
