// refused: no matching function for call to .*write_file_durably.const char .6., .*embed::Probe
// A passer-by's template does not go to disk.
#include "base/core/file.h"
#include "stages/embed/probe.h"

proviso::Status keep(const proviso::embed::Probe& probe) {
#ifdef REFUSED
  return proviso::write_file_durably("probe", probe);
#else
  return proviso::write_file_durably("probe", probe.permit().key().camera.text());
#endif
}
