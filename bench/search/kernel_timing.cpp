// Times the search kernel on vectors from files and writes what it found, for compare_faiss.py.
//
//   bench_search ROWS PROBES DIMENSION THRESHOLD THREADS REPEATS
//
//   in   ROWS, PROBES: files of float32, rows contiguous
//   out  JSON on stdout: times in ms of searches of one probe and of all probes at once, the floor
//        (a loop that only reads the same bytes), and for each probe [entry, score] of what it
//        found

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/check.h"
#include "base/core/worker_pool.h"
#include "stages/search/kernel.h"

namespace proviso::search {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t kCandidatesMax = 1024;

struct Options {
  std::filesystem::path rows;
  std::filesystem::path probes;
  std::size_t dimension = 0;
  double threshold = 0;
  std::size_t threads = 0;
  std::size_t repeats = 0;
};

std::vector<float> read_floats(const std::filesystem::path& path) {
  std::vector<float> values(std::filesystem::file_size(path) / sizeof(float));
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(float)));
  PROVISO_CHECK(file.good());
  return values;
}

template <typename Work>
double time_ms(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return Milliseconds(std::chrono::steady_clock::now() - start).count();
}

std::string array_of(std::span<const double> values) {
  std::ostringstream text;
  text << '[';
  for (std::size_t i = 0; i < values.size(); ++i) text << (i == 0 ? "" : ", ") << values[i];
  text << ']';
  return text.str();
}

// The floor: the same threads read the words and do nothing with them.
double read_only_ms(std::span<const std::uint64_t> words, WorkerPool& workers) {
  constexpr std::size_t kLineWords = 8;
  using Line = std::array<std::uint64_t, kLineWords>;
  std::vector<Line> sums(workers.workers());
  const double ms = time_ms([&] {
    workers.parallel_for(workers.workers(), [&](std::size_t worker) {
      const std::size_t lines = words.size() / kLineWords;
      Line sum{};
      for (std::size_t line = lines * worker / workers.workers();
           line < lines * (worker + 1) / workers.workers();
           ++line) {
        for (std::size_t i = 0; i < kLineWords; ++i) sum[i] += words[line * kLineWords + i];
      }
      sums[worker] = sum;
    });
  });
  PROVISO_CHECK(sums.front().front() != 1);  // The sum is used, so the loop stays.
  return ms;
}

class Timing {
 public:
  Timing(const Options& options, WorkerPool& workers)
      : options_(options),
        workers_(workers),
        rows_(read_floats(options.rows)),
        probes_(read_floats(options.probes)),
        index_(timed_build()) {
    code_.resize(probe_count() * index_.code_length());
  }

  void write(std::ostream& out) {
    out << std::setprecision(17) << "{\"target\": \"" << to_string(best_target())
        << "\", \"rows\": " << index_.rows() << ", \"build_ms\": " << build_ms_;
    write_floor(out);
    std::vector<double> one;
    std::vector<double> all;
    for (std::size_t repeat = 0; repeat < options_.repeats; ++repeat) {
      for (std::size_t p = 0; p < probe_count(); ++p) {
        one.push_back(time_ms([&] { search(p, 1); }));
      }
      all.push_back(time_ms([&] { search(0, probe_count()); }));
    }
    out << ", \"one_ms\": " << array_of(one) << ", \"all_ms\": " << array_of(all);
    write_found(out);
    out << "}\n";
  }

 private:
  std::size_t probe_count() const { return probes_.size() / options_.dimension; }

  Index timed_build() {
    const auto start = std::chrono::steady_clock::now();
    auto index = Index::build(rows_, options_.dimension, workers_);
    build_ms_ = Milliseconds(std::chrono::steady_clock::now() - start).count();
    return std::move(index).value();
  }

  Findings search(std::size_t first, std::size_t count) {
    std::vector<CodedProbe> coded;
    for (std::size_t p = first; p < first + count; ++p) {
      const std::span probe =
          std::span(probes_).subspan(p * options_.dimension, options_.dimension);
      const std::span code =
          std::span(code_).subspan(p * index_.code_length(), index_.code_length());
      coded.push_back(code_probe(index_, probe, code));
    }
    return find_reaching(
        index_, best_target(), coded, {options_.threshold, kCandidatesMax}, workers_);
  }

  // Over as many bytes as the first pass reads, and over as many as the rows have.
  void write_floor(std::ostream& out) {
    const std::size_t high_words = index_.blocks() * index_.octets() * Index::kLineBytes / 8;
    const std::vector<std::uint64_t> words(rows_.size() / 2, 3);
    std::vector<double> high;
    std::vector<double> whole;
    for (std::size_t repeat = 0; repeat < options_.repeats; ++repeat) {
      high.push_back(read_only_ms(std::span(words).first(high_words), workers_));
      whole.push_back(read_only_ms(words, workers_));
    }
    out << ", \"first_pass_bytes\": " << high_words * 8 << ", \"row_bytes\": " << words.size() * 8
        << ", \"read_first_pass_ms\": " << array_of(high)
        << ", \"read_rows_ms\": " << array_of(whole);
  }

  void write_found(std::ostream& out) {
    const Findings findings = search(0, probe_count());
    out << ", \"after_high\": " << findings.counts.after_high
        << ", \"after_code\": " << findings.counts.after_code << ", \"found\": [";
    for (std::size_t p = 0; p < findings.found.size(); ++p) {
      out << (p == 0 ? "[" : ", [");
      const auto& best = findings.found[p].best;
      for (std::size_t i = 0; i < best.size(); ++i) {
        out << (i == 0 ? "[" : ", [") << best[i].entry << ", " << best[i].score << ']';
      }
      out << ']';
    }
    out << ']';
  }

  const Options& options_;
  WorkerPool& workers_;
  std::vector<float> rows_;
  std::vector<float> probes_;
  double build_ms_ = 0;
  Index index_;
  std::vector<std::int8_t> code_;
};

}  // namespace
}  // namespace proviso::search

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: bench_search ROWS PROBES DIMENSION THRESHOLD THREADS REPEATS\n";
    return 2;
  }
  const proviso::search::Options options{.rows = argv[1],
                                         .probes = argv[2],
                                         .dimension = std::stoul(argv[3]),
                                         .threshold = std::stod(argv[4]),
                                         .threads = std::stoul(argv[5]),
                                         .repeats = std::stoul(argv[6])};
  proviso::WorkerPool workers{options.threads};
  proviso::search::Timing(options, workers).write(std::cout);
  return 0;
}
