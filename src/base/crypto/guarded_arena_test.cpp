#include "base/crypto/guarded_arena.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <thread>
#include <vector>

#include "base/crypto/digest.h"

namespace proviso::crypto {
namespace {

constexpr std::size_t kFloats = 128;
constexpr uid_t kNobody = 65534;

bool all_zero(std::span<const float> floats) {
  return std::ranges::all_of(floats, [](float number) { return number == 0.0F; });
}

// The line "VmFlags:" of the mapping that holds `address`, empty where the kernel gives none.
std::string mapping_flags(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t first = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    if (std::istringstream range(line); range >> std::hex >> first >> dash >> end && dash == '-') {
      inside = wanted >= first && wanted < end;
    } else if (inside && line.starts_with("VmFlags:")) {
      return line + " ";
    }
  }
  return {};
}

class Arena : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(start().has_value()); }
};

using ArenaDeathTest = Arena;

TEST_F(Arena, GivesZeroedAlignedSlotsOfTheSizeAskedFor) {
  for (const std::size_t floats : {std::size_t{1}, std::size_t{17}, kFloats, std::size_t{513}}) {
    const auto arena = GuardedArena::create(5, floats).value();
    std::vector<GuardedArena::Slot> slots;
    for (int i = 0; i < 5; ++i) slots.push_back(arena->take().value());
    for (GuardedArena::Slot& slot : slots) {
      EXPECT_EQ(slot.floats().size(), floats);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(slot.floats().data()) % 64, 0U);
      EXPECT_TRUE(all_zero(slot.floats()));
      std::ranges::fill(slot.floats(), 1.0F);  // Were slots to overlap, the next is not zero.
    }
  }
}

TEST_F(Arena, WipesASlotWhenItsHandleDies) {
  const auto arena = GuardedArena::create(1, kFloats).value();
  const float* first_address = nullptr;
  {
    auto slot = arena->take().value();
    first_address = slot.floats().data();
    std::ranges::fill(slot.floats(), 0.5F);
    ASSERT_FALSE(all_zero(slot.floats()));
  }

  // Nobody wrote to the slot between: what is read now is what release left.
  EXPECT_TRUE(all_zero({first_address, kFloats}));
  const auto second = arena->take().value();
  EXPECT_EQ(second.floats().data(), first_address);
  EXPECT_TRUE(all_zero(second.floats()));
}

TEST_F(Arena, GivesEverySlotAndRefusesOneMoreUntilOneIsFree) {
  const auto arena = GuardedArena::create(3, kFloats).value();
  EXPECT_EQ(arena->slots(), 3U);
  std::vector<GuardedArena::Slot> slots;
  for (int i = 0; i < 3; ++i) slots.push_back(arena->take().value());
  EXPECT_EQ(arena->slots_in_use(), 3U);

  const auto refused = arena->take();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kOverLimit);

  slots.pop_back();
  EXPECT_EQ(arena->slots_in_use(), 2U);
  EXPECT_TRUE(arena->take().has_value());
}

TEST_F(Arena, MovesASlotWithoutWipingItAndWipesTheOneThatIsReplaced) {
  const auto arena = GuardedArena::create(2, kFloats).value();
  auto first = arena->take().value();
  auto second = arena->take().value();
  first.floats()[0] = 1.0F;
  second.floats()[0] = 2.0F;
  const float* const replaced = first.floats().data();

  first = std::move(second);

  EXPECT_EQ(first.floats()[0], 2.0F);
  EXPECT_EQ(*replaced, 0.0F);
  EXPECT_TRUE(second.empty());  // NOLINT(bugprone-use-after-move): this is what is claimed.
  EXPECT_EQ(arena->slots_in_use(), 1U);
  EXPECT_TRUE(GuardedArena::Slot{}.empty());
}

TEST_F(Arena, HoldsItsLargestBlockAndRefusesOneSlotMore) {
  constexpr std::size_t kSlotsMax = GuardedArena::kBytesMax / (kFloats * sizeof(float));
  constexpr std::size_t kHuge = std::numeric_limits<std::size_t>::max();

  const auto largest = GuardedArena::create(kSlotsMax, kFloats);
  // A machine without a free gigabyte may refuse the largest, but not as over the limit.
  EXPECT_TRUE(largest.has_value() || largest.error().code == ErrorCode::kUnavailable);
  EXPECT_EQ(GuardedArena::create(kSlotsMax + 1, kFloats).error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(GuardedArena::create(kHuge, kFloats).error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(GuardedArena::create(1, kHuge).error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(GuardedArena::create(1, kHuge / 8).error().code, ErrorCode::kOverLimit);
}

TEST_F(Arena, RefusesToHoldNothing) {
  EXPECT_TRUE(GuardedArena::create(1, 1).has_value());
  EXPECT_EQ(GuardedArena::create(0, kFloats).error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(GuardedArena::create(1, 0).error().code, ErrorCode::kOverLimit);
}

TEST_F(Arena, IsLeftOutOfCoreDumps) {
  const auto arena = GuardedArena::create(8, kFloats).value();
  const auto slot = arena->take().value();
  const std::vector<float> ordinary(kFloats);
  const std::string control = mapping_flags(ordinary.data());
  if (control.empty()) GTEST_SKIP() << "this kernel lists no VmFlags in /proc/self/smaps";

  EXPECT_EQ(control.find(" dd "), std::string::npos) << control;
  EXPECT_NE(mapping_flags(slot.floats().data()).find(" dd "), std::string::npos);
}

TEST_F(Arena, IsUsedByManyThreadsAtOnce) {
  constexpr int kThreads = 4;
  const auto arena = GuardedArena::create(kThreads, kFloats).value();
  std::vector<std::thread> threads;
  for (int number = 1; number <= kThreads; ++number) {
    threads.emplace_back([&, number] {
      for (int round = 0; round < 500; ++round) {
        auto slot = arena->take().value();
        ASSERT_TRUE(all_zero(slot.floats()));
        std::ranges::fill(slot.floats(), static_cast<float>(number));
        ASSERT_EQ(slot.floats().back(), static_cast<float>(number));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(arena->slots_in_use(), 0U);
}

TEST_F(ArenaDeathTest, EndsAtAGuardPage) {
  const auto arena = GuardedArena::create(1, 16).value();
  auto slot = arena->take().value();
  volatile float* const floats = slot.floats().data();
  floats[15] = 1.0F;

  EXPECT_DEATH(floats[16] = 1.0F, "");
}

TEST_F(ArenaDeathTest, DoesNotDieBeforeItsSlots) {
  EXPECT_DEATH(
      {
        auto arena = GuardedArena::create(1, 16).value();
        const auto slot = arena->take().value();
        arena.reset();
      },
      "check failed: slots_in_use");
}

// The child has its own limits and, where the tests run as root, becomes nobody: root may lock
// any amount.
[[noreturn]] void exit_with_locked(rlim_t lockable_bytes) {
  const rlimit limit{.rlim_cur = lockable_bytes, .rlim_max = lockable_bytes};
  if (::setrlimit(RLIMIT_MEMLOCK, &limit) != 0) std::_Exit(3);
  if (::geteuid() == 0 && ::setresuid(kNobody, kNobody, kNobody) != 0) std::_Exit(4);
  const auto arena = GuardedArena::create(64, kFloats);
  if (!arena) std::_Exit(2);
  std::_Exit(arena.value()->locked() ? 1 : 0);
}

TEST_F(ArenaDeathTest, WorksAndSaysSoWhenItsMemoryCannotBeLocked) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizers put an mlock in place that always succeeds";
#endif
  EXPECT_EXIT(exit_with_locked(0), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(exit_with_locked(rlim_t{1} << 20U), testing::ExitedWithCode(1), "");
}

TEST(Wipe, OverwritesEveryByte) {
  std::vector<std::byte> bytes(100, std::byte{7});

  wipe(bytes);

  EXPECT_TRUE(std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; }));
}

}  // namespace
}  // namespace proviso::crypto
