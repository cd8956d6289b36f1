#pragma once

// `proviso simulate portraits`: photographs such as a request has, of the gallery's people, each in
// another light, size, place and tilt. They are many, not new: a measure of speed, and of what an
// import does with faces that repeat.
//
//   in       the people, measured (listing.h); how many, 1 to kPortraitsMax; a seed; a folder, made
//            if it is not there
//   out      FOLDER/NNNNNN.jpg, and FOLDER/persons.csv with `file,person`
//   faces    kPortraitFacePxMin to kFaceWidthKeptPxMax wide, never larger than in their photograph;
//            people of whom there is no such face are left out
//   same     seed, people and program: the same bytes
//   errors   kInvalidInput for another number, kNotFound where nobody is left, kUnavailable if a
//            file cannot be written
//   threads  thread-bound

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "app/evaluation/gallery.h"
#include "base/core/result.h"

namespace proviso::evaluation {

inline constexpr std::size_t kPortraitsMax = 100'000;
inline constexpr float kPortraitFacePxMin = 84;

struct PortraitRequest {
  std::size_t count = 0;
  std::int64_t seed = 1;
  std::filesystem::path folder;
};

Status make_portraits(const PortraitRequest& request,
                      const std::vector<Person>& persons,
                      const std::function<void(std::size_t done)>& progress);

}  // namespace proviso::evaluation
