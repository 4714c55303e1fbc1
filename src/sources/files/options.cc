#include "sources/files/options.h"

#include <set>

#include "hub/name.h"
#include "sources/files/folder.h"
#include "sources/film_name.h"

namespace eyas::files {
namespace {

std::string check(const PlaylistOptions& playlist) {
  if (auto name = hub::StreamName::parse(playlist.name); !name)
    return std::string("name: ") + name.error().context;
  if (!playlist.folder.empty()) {
    if (auto status = Folder::check_name(playlist.folder); !status)
      return std::string("folder: ") + status.error().context;
  }
  for (const std::string& file : playlist.files) {
    if (auto status = Folder::check_name(file); !status)
      return std::string("files: ") + status.error().context + ": " + file;
    if (!sources::is_film_name(file)) return std::string("files: ") + sources::kFilmNames + ": " + file;
  }
  return {};
}

}  // namespace

void describe(base::OptionSchema& schema, PlaylistOptions& o) {
  schema.text("name", o.name, "The stream's name.");
  schema.text("folder", o.folder, "A folder below sources.files_root; empty is the root itself.");
  schema.list("files", o.files, "Files of the folder in the order of playing; empty plays all, by name.");
  schema.truth("loop", o.loop, "Whether it begins anew after the last file.");
  schema.number("rank", o.rank, 0, 1'000'000,
                "Of its publisher: 0 is best, so that files can stand behind a camera.");
  schema.truth("enabled", o.enabled, "Whether it is played at all.");
}

void describe(base::OptionSchema& schema, Options& o) {
  schema.text("sources.files_root", o.root,
              "The folder below which files are played and uploaded; empty allows none.");
  schema.records("sources.files", o.playlists, "Streams that play files in real time.").reloadable = true;
  schema.number("sources.files_max", o.playlists_max, 0, 4096, "Streams of files at most.");
  schema.truth("sources.upload", o.upload,
               "Whether files can be uploaded through the API, which knows no accounts yet.");
  schema.number("sources.upload_bytes_max", o.upload_bytes_max, 1, int64_t{1} << 50,
                "Size of one uploaded file at most.");
  schema.number("sources.uploads_max", o.uploads_max, 1, 64, "Uploads at one time.");
}

std::vector<std::string> check(const Options& options) {
  std::vector<std::string> findings;
  std::set<std::string> names;
  for (size_t i = 0; i < options.playlists.size(); ++i) {
    const PlaylistOptions& playlist = options.playlists[i];
    std::string finding = check(playlist);
    if (finding.empty() && !names.insert(playlist.name).second)
      finding = "name: another one has it: " + playlist.name;
    if (!finding.empty()) findings.push_back("sources.files[" + std::to_string(i) + "]." + finding);
  }
  if (!options.playlists.empty() && options.root.empty())
    findings.push_back("sources.files_root: want a folder, for sources.files names files below it");
  if (options.upload && options.root.empty())
    findings.push_back("sources.files_root: want a folder, for sources.upload puts files below it");
  if (options.playlists.size() > options.playlists_max)
    findings.push_back("sources.files: " + std::to_string(options.playlists.size()) +
                       ", and sources.files_max is " + std::to_string(options.playlists_max));
  return findings;
}

std::string fingerprint(const PlaylistOptions& playlist) {
  std::string word = playlist.folder + "|";
  for (const std::string& file : playlist.files) word += file + "|";
  return word;
}

}  // namespace eyas::files
