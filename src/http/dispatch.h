// From a whole request to its handler, or to the answer that needs none.
#pragma once

#include <memory>

#include "http/exchange_state.h"
#include "http/options.h"
#include "http/router.h"

namespace eyas::http {

// Hands the request to the handler of `match`, or answers 204 (OPTIONS), 403 (an unsafe method from another
// site), 404, 405 or 421 (our own page's routes under a name that is not ours).
void dispatch(const Router& router, const Options& options, Router::Match match,
              std::shared_ptr<Request> request, std::shared_ptr<ExchangeState> state);

// Opens the sink of a route that has one, or gives the answer: 403 for a page of another site, or what the
// route says.
OpenedSink open_sink(const RouteOptions& route, const Options& options, const Request& head,
                     io::Executor& executor);

}  // namespace eyas::http
