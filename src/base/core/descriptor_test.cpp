#include "base/core/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

namespace proviso {
namespace {

int null_device() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}
bool is_open(int number) {
  return ::fcntl(number, F_GETFD) >= 0;
}

TEST(Descriptor, ClosesWhatItOwnsOnceItsLastOwnerIsGone) {
  int number = -1;
  {
    Descriptor first(null_device());
    number = first.number();
    const Descriptor second(std::move(first));
    EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move)
    EXPECT_TRUE(second.is_open());
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, OwnsNothingOnceItIsClosed) {
  Descriptor file(null_device());
  EXPECT_TRUE(file.close());
  EXPECT_FALSE(file.is_open());
  EXPECT_TRUE(file.close());
}

TEST(Descriptor, WritesAllBytesOrSaysThatItCannot) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Descriptor out(ends[0]);
  const Descriptor in(ends[1]);
  const std::string text = "all of it";
  EXPECT_TRUE(write_all(in.number(), std::as_bytes(std::span{text})));
  std::string read(text.size(), '\0');
  ASSERT_EQ(::read(out.number(), read.data(), read.size()), static_cast<ssize_t>(text.size()));
  EXPECT_EQ(read, text);
  const Descriptor read_only(null_device());
  EXPECT_FALSE(write_all(read_only.number(), std::as_bytes(std::span{text})));
}

TEST(Descriptor, AFailedCallTellsAMissingPathFromARefusal) {
  errno = ENOENT;
  const Error absent = failed_call("open", "a/b");
  EXPECT_EQ(absent.code, ErrorCode::kNotFound);
  EXPECT_EQ(absent.message, "open of \"a/b\" failed: No such file or directory; check the path");
  errno = EACCES;
  EXPECT_EQ(failed_call("open", "a/b").code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace proviso
