#pragma once

// One run under a written authority: what `watch` and `demo` share.
//
//   in      the site, the written authority and the sealed list as files, cameras, where alerts go
//   out     the exit code: 0 also when the window ends or the deployment is stopped during the run;
//           1 when the gate refuses or another rule cuts the run short, or when no camera ever gave
//           a frame; and what it did in the site's journal, a refusal too
//   errors  said on stderr
//   threads main thread; SIGINT and SIGTERM end the run cleanly within a second; one
//           that comes while the models load ends it when they are loaded

#include <functional>
#include <string>
#include <vector>

#include "app/commands/camera_argument.h"
#include "app/commands/command.h"
#include "app/commands/site_list.h"
#include "app/commands/trust_argument.h"
#include "app/pipeline/pipeline.h"

namespace proviso::commands {

struct RunSettings {
  std::string site;
  std::string authority;  // The signed note's file; empty: none, which is refused.
  ListArgument list;
  std::string models;
  std::vector<CameraArgument> cameras;
  TrustByCamera trust;  // A camera over TLS that is not in it is not authenticated.
  std::size_t lanes = 2;
  bool in_real_time = false;
  bool as_json = false;  // The summary as a JSON line on stdout, too.
  std::string pictures;  // Folder for side-by-side pictures; empty: none.
  // How an alert is shown; the default prints its JSON line.
  std::function<void(const alert::Alert&, const std::string& line, const std::string& picture)>
      show_alert;
};

Exit run_under_authority(const RunSettings& settings);

}  // namespace proviso::commands
