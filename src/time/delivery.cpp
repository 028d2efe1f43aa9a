#include <perdure/core/text.hpp>
#include <perdure/time/delivery.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::time {

namespace {

constexpr ClockTime midnight{0};
constexpr ClockTime day_end{std::chrono::hours{24}};

bool on_clock(ClockTime t) noexcept { return t >= midnight && t <= day_end; }

std::string format_clock(ClockTime t) {
  if (!on_clock(t)) return to_text(t.count()) + " minutes";
  const auto two = [](auto number) { return (number < 10 ? "0" : "") + to_text(number); };
  return two(t.count() / 60) + ":" + two(t.count() % 60);
}

std::string format_span(ClockSpan span) { return format_clock(span.from) + " to " + format_clock(span.to); }

/// Appends what `from` to `to` shares with `window`, unless that is empty.
void add_shared(std::vector<ClockSpan>& spans, ClockSpan window, ClockTime from, ClockTime to) {
  const ClockSpan shared{std::max(window.from, from), std::min(window.to, to)};
  if (shared.from < shared.to) spans.push_back(shared);
}

}  // namespace

Result<DeliveryWindow> DeliveryWindow::make(ClockSpan window, std::optional<ClockSpan> quiet) {
  const auto error = [](std::string what) { return Error{Errc::out_of_domain, std::move(what)}; };
  if (!on_clock(window.from) || !on_clock(window.to) || window.from >= window.to) {
    return error("delivery window " + format_span(window) +
                 " does not fit; expected two times of one day from 00:00 to 24:00, the earlier first");
  }
  if (!quiet) return DeliveryWindow{{window}};
  if (!on_clock(quiet->from) || !on_clock(quiet->to) || quiet->from == quiet->to) {
    return error("quiet hours " + format_span(*quiet) + " do not fit; expected two different times from 00:00 to 24:00");
  }
  std::vector<ClockSpan> spans;
  if (quiet->from < quiet->to) {
    add_shared(spans, window, midnight, quiet->from);
    add_shared(spans, window, quiet->to, day_end);
  } else {
    add_shared(spans, window, quiet->to, quiet->from);
  }
  if (spans.empty()) {
    return error("quiet hours " + format_span(*quiet) + " leave nothing of the delivery window " + format_span(window) +
                 "; expected some time of the window outside them");
  }
  return DeliveryWindow{std::move(spans)};
}

std::optional<Delivery> DeliveryWindow::first(const Zone& zone, Date day, ClockTime wished) const {
  if (!on_clock(wished)) throw Exception{Error{Errc::out_of_domain, "time of day must be 00:00 to 24:00, got " + format_clock(wished)}};
  const Local begins{Instant{day}.time_since_epoch()};
  for (const ClockSpan& span : spans_) {
    const Local wanted = begins + std::max(wished, span.from);
    if (wanted >= begins + span.to) continue;
    const Instant at = zone.to_instant(wanted).instant;
    const Local shown = zone.to_local(at);  // later than wanted after a gap
    if (shown < begins + span.to) return Delivery{at, shown};
  }
  return std::nullopt;
}

}  // namespace perdure::inline PERDURE_ABI::time
