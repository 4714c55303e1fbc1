#include "base/memory_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace eyas::base {
namespace {

Slice pattern(size_t size, uint8_t from) {
  std::vector<uint8_t> bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(from + i * 7);
  return Slice(std::move(bytes));
}

std::vector<uint8_t> as_file_has_it(const Slice& slice) {
  std::vector<uint8_t> bytes(slice.size());
  EXPECT_EQ(pread(slice.file()->fd, bytes.data(), bytes.size(), slice.data() - slice.file()->begin),
            static_cast<ssize_t>(bytes.size()));
  return bytes;
}

TEST(MemoryFile, HoldsTheSameBytesInMemoryAndInAFile) {
  MemoryFile memory;
  const Slice original = pattern(50'000, 3);
  const Slice kept = memory.keep(original);
  ASSERT_NE(kept.file(), nullptr);
  EXPECT_TRUE(std::ranges::equal(kept.bytes(), original.bytes()));
  const Slice part = kept.sub(1000, 20'000);
  ASSERT_NE(part.file(), nullptr);
  EXPECT_TRUE(std::ranges::equal(as_file_has_it(part), original.bytes().subspan(1000, 20'000)));
}

TEST(MemoryFile, LeavesSmallBytesWhereTheyAre) {
  MemoryFile memory;
  const Slice small = pattern(MemoryFile::kWorthwhile - 1, 0);
  const Slice kept = memory.keep(small);
  EXPECT_EQ(kept.data(), small.data());
  EXPECT_EQ(kept.file(), nullptr);
}

TEST(MemoryFile, FileGoesWithItsLastSlice) {
  const size_t before = MemoryFile::open_files();
  Slice last;
  {
    MemoryFile memory;
    for (int i = 0; i < 60; ++i) last = memory.keep(pattern(100'000, static_cast<uint8_t>(i)));  // six files
    EXPECT_LE(MemoryFile::open_files(), before + 1);
  }
  EXPECT_EQ(MemoryFile::open_files(), before + 1);
  EXPECT_EQ(last.bytes()[0], 59);
  last = {};
  EXPECT_EQ(MemoryFile::open_files(), before);
}

TEST(MemoryFile, HoldsWhatIsLargerThanAFile) {
  MemoryFile memory;
  const Slice large = pattern(3 * MemoryFile::kFileBytes, 9);
  const Slice kept = memory.keep(large);
  ASSERT_NE(kept.file(), nullptr);
  EXPECT_TRUE(std::ranges::equal(kept.bytes(), large.bytes()));
}

TEST(MemoryFile, HeapServesWhenDescriptorsAreScarce) {
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  rlimit few = old;
  few.rlim_cur = MemoryFile::kDescriptorShare * 2;  // two files of memory
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<Slice> slices;
  std::vector<MemoryFile> memories(4);
  for (MemoryFile& memory : memories) slices.push_back(memory.keep(pattern(MemoryFile::kWorthwhile, 1)));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
  EXPECT_LE(std::ranges::count_if(slices, [](const Slice& slice) { return slice.file() != nullptr; }), 2);
  for (const Slice& slice : slices) EXPECT_EQ(slice.size(), MemoryFile::kWorthwhile);
}

}  // namespace
}  // namespace eyas::base
