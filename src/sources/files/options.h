// What the operator writes about files that are played as streams.
#pragma once

#include <string>
#include <vector>

#include "base/option_schema.h"
#include "worker/process.h"

namespace eyas::files {

// A stream that plays files.
struct PlaylistOptions {
  std::string name;                // "tv/archive"
  std::string folder;              // below the root; with `files` empty, all that it holds, by name
  std::vector<std::string> files;  // below the folder, in this order
  bool loop = true;
  int rank = 0;
  bool enabled = true;

  bool operator==(const PlaylistOptions&) const = default;
};

struct Options {
  std::string root;  // empty: no files at all
  std::vector<PlaylistOptions> playlists;
  size_t playlists_max = 64;
  bool upload = false;
  uint64_t upload_bytes_max = uint64_t{16} << 30;
  size_t uploads_max = 4;
  worker::ProcessOptions process;
};

// Binds a record's keys; the record outlives the schema.
void describe(base::OptionSchema& schema, PlaylistOptions& playlist);
// Binds the keys "files.*" and "sources.files" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, Options& options);

// Every finding with its place: "sources.files[2].folder: ...".
std::vector<std::string> check(const Options& options);

// What a playlist's queue is made of, as one word: when it changes, the queue that was kept is dropped.
std::string fingerprint(const PlaylistOptions& playlist);

}  // namespace eyas::files
