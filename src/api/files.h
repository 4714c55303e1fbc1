// The API of streams that play files: what plays, skipping, and the queue.
#pragma once

#include "http/router.h"
#include "sources/files/playlists.h"

namespace eyas::api {

// Registers the routes below /api/v1/files. Both outlive the router's use.
void register_files(http::Router& router, files::Playlists& playlists);

// GET /api/v1/library, and PUT of a file below it.
void register_library(http::Router& router, files::Playlists& playlists);

}  // namespace eyas::api
