// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A bulkhead that finds its limit: what is a sample, what is not, and where the limit goes in front of a server.

#include <aramid/aramid.hpp>

#include <algorithm>
#include <queue>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

// Writes down what it is told.
struct Recorder {
  static inline std::vector<LimitSample> samples;
  struct Limit {
    unsigned limit;
    explicit Limit(const LimitRange& range) : limit{range.initial} {}
    void update(const LimitSample& sample) noexcept {
      samples.push_back(sample);
      if (sample.dropped) limit = 1;
    }
    void set_range(const LimitRange& range) noexcept { limit = range.min; }
    unsigned value() const noexcept { return limit; }
  };
};

// A server with so many workers, each of which takes `work` for a request; the others wait in its queue.
class Server {
 public:
  Server(unsigned workers, Duration work) : work_{work}, free_at_(workers, at(0s)) {}

  Instant finish(Instant now) {
    auto worker = std::min_element(free_at_.begin(), free_at_.end());
    *worker = larger(*worker, now) + work_;
    return *worker;
  }

 private:
  Duration work_;
  std::vector<Instant> free_at_;
};

struct Report {
  unsigned limit = 0;
  Duration slowest{0};
  int done = 0;
};

// More calls than the server can do come for a minute, as many at a time as the policy allows.
template <class Policy>
Report overload(Policy& policy, unsigned workers, Duration work, int callers) {
  Server server{workers, work};
  testing::ManualClock clock;  // for its random numbers
  struct Call {
    explicit Call(testing::ManualClock& clock) : ctx{clock} {}
    Context ctx;
    typename Policy::Scope scope{};
  };
  struct Busy {
    Instant end;
    Instant began;
    std::shared_ptr<Call> call;
    bool operator<(const Busy& other) const { return end > other.end; }
  };
  std::priority_queue<Busy> busy;
  Report report;
  Instant now = at(0s);
  while (now < at(60s)) {
    while (busy.size() < static_cast<std::size_t>(callers)) {
      auto call = std::make_shared<Call>(clock);
      if (!proceeds(policy.admit(call->scope, call->ctx, now))) break;
      busy.push({server.finish(now), now, std::move(call)});
    }
    Busy next = busy.top();
    busy.pop();
    now = next.end;
    (void)policy.settle(next.call->scope, next.call->ctx, nullptr, now);
    ++report.done;
    if (now > at(30s)) report.slowest = larger(report.slowest, Duration{now - next.began});
  }
  report.limit = policy.limit();
  while (!busy.empty()) {
    policy.release(busy.top().call->scope, busy.top().call->ctx);
    busy.pop();
  }
  CHECK(policy.in_flight() == 0);
  return report;
}

}  // namespace

TEST_CASE(
    "a sample is the call's own time, without what it waited for its permit, and the load that it met") {
  Recorder::samples.clear();
  AdaptiveBulkhead<Recorder, 1, 9, Initial<1>, Queue<2>> bulkhead;
  Caller first{bulkhead}, second{bulkhead};
  REQUIRE(first.enter(at(0s)));
  REQUIRE(waits(second.ask(at(1s))));
  first.succeed(at(5s));
  REQUIRE(second.enter(at(5s)));
  second.fail(at(7s), Fault::overloaded);
  REQUIRE(Recorder::samples.size() == 2);
  CHECK(Recorder::samples[0].rtt == 5s);
  CHECK(Recorder::samples[0].in_flight == 1);
  CHECK_FALSE(Recorder::samples[0].dropped);
  CHECK(Recorder::samples[1].rtt == 2s);
  CHECK(Recorder::samples[1].dropped);
}

TEST_CASE("failures that speak of the provider are drops; neutral ends are no samples") {
  AdaptiveBulkhead<Recorder, 1, 9> bulkhead;
  const auto samples_of = [&](auto end) {
    Recorder::samples.clear();
    Caller call{bulkhead};
    REQUIRE(call.enter(at(0s)));
    end(call);
    return Recorder::samples.size();
  };
  for (std::size_t row = 0; row < fault_count; ++row) {
    const auto fault = static_cast<Fault>(row);
    INFO(to_string(fault));
    const bool drop = ruling(fault).evidence == Evidence::failure;
    CHECK(samples_of([&](auto& call) { call.fail(at(1s), fault); }) == (drop ? 1 : 0));
    if (drop) CHECK(Recorder::samples[0].dropped);
  }
  CHECK(ruling(Fault::timed_out).evidence == Evidence::failure);
  CHECK(ruling(Fault::overloaded).evidence == Evidence::failure);
  CHECK(ruling(Fault::invalid_request).evidence == Evidence::none);
  CHECK(samples_of([&](auto& call) { call.drop(); }) == 0);
  CHECK(bulkhead.in_flight() == 0);
}

TEST_CASE("a new limit holds from the next call on, and lets those in line in when it grows") {
  AdaptiveBulkhead<Aimd, 1, 9, Initial<1>, Queue<4>> bulkhead;
  Caller a{bulkhead}, b{bulkhead}, c{bulkhead};
  REQUIRE(a.enter(at(0s)));
  CHECK(waits(b.ask(at(0s))));
  CHECK(waits(c.ask(at(0s))));
  a.succeed(at(1s));
  CHECK(bulkhead.limit() == 2);
  CHECK(b.woken());
  CHECK(c.woken());
  CHECK(b.enter(at(1s)));
  CHECK(c.enter(at(1s)));
  b.fail(at(2s));
  CHECK(bulkhead.limit() == 1);
  Caller d{bulkhead};
  CHECK(waits(d.ask(at(2s))));
  c.drop();
  CHECK(d.enter(at(2s)));
  d.drop();
}

TEST_CASE(
    "in front of an overloaded server the limit settles near what it can do, and latency stays in bounds") {
  // 10 workers of 100 ms: 100 calls a second, 10 at a time. A bulkhead that is too large lets 200 queue: 2 s.
  SECTION("without a limit that learns") {
    Bulkhead<200> bulkhead;
    const Report report = overload(bulkhead, 10, 100ms, 200);
    CHECK(report.slowest == 2s);
  }
  SECTION("Gradient2") {
    AdaptiveBulkhead<Gradient2, 1, 200> bulkhead;
    const Report report = overload(bulkhead, 10, 100ms, 200);
    CHECK(report.limit >= 10);
    CHECK(report.limit <= 100);
    CHECK(report.slowest <= 1s);
    CHECK(report.done > 5'700);  // of the 6,000 that the server can do
  }
  SECTION("Vegas") {
    AdaptiveBulkhead<Vegas, 1, 200> bulkhead;
    const Report report = overload(bulkhead, 10, 100ms, 200);
    CHECK(report.limit >= 10);
    CHECK(report.limit <= 60);
    CHECK(report.slowest <= 1s);
    CHECK(report.done > 5'700);
  }
}

TEST_CASE("what has been learnt is worth keeping for a minute") {
  AdaptiveBulkhead<Aimd, 1, 9> bulkhead;
  CHECK(bulkhead.idle(at(0s)));
  Caller call{bulkhead};
  REQUIRE(call.enter(at(0s)));
  CHECK_FALSE(bulkhead.idle(at(0s)));
  call.fail(at(1s));
  CHECK_FALSE(bulkhead.idle(at(1s)));
  CHECK_FALSE(bulkhead.idle(at(60s)));
  CHECK(bulkhead.idle(at(61s)));
}

TEST_CASE("its bounds can be moved at run time") {
  AdaptiveBulkhead<Gradient2, 1, 200> bulkhead;
  CHECK(bulkhead.limit() == 20);
  bulkhead.set_range(30, 40);
  CHECK(bulkhead.limit() == 30);
  bulkhead.set_range(1, 5);
  CHECK(bulkhead.limit() == 5);
  CHECK(refusal_of([&] { bulkhead.set_range(3, 2); }) ==
        "aramid: AdaptiveBulkhead::set_range min is 3, allowed is 1 to max, which is 2");
}

TEST_CASE("settings of an adaptive bulkhead that make no sense are refused in a sentence") {
  const auto refusal = [](AdaptiveBulkheadSettings settings) {
    return refusal_of([&] { AdaptiveBulkhead<> bulkhead{settings}; });
  };
  CHECK(refusal({}).empty());
  CHECK(refusal({.min = 0}) ==
        "aramid: AdaptiveBulkheadSettings::min is 0, allowed is 1 to max, which is 200");
  CHECK(refusal({.min = 201}) ==
        "aramid: AdaptiveBulkheadSettings::min is 201, allowed is 1 to max, which is 200");
  CHECK(refusal({.max = 1U << 24U}) ==
        "aramid: AdaptiveBulkheadSettings::max is 16777216, allowed is min to 16777215");
  CHECK(refusal({.initial = 0}) == "aramid: AdaptiveBulkheadSettings::initial is 0, allowed is at least 1");
  CHECK(refusal({.queue = {.length = 70'000}}) ==
        "aramid: QueueSettings::length is 70000, allowed is 0 to 65535");
  STATIC_REQUIRE(AdaptiveBulkhead<Vegas, 2, 50, Initial<5>, Queue<9>>::settings() ==
                 AdaptiveBulkheadSettings{2, 50, 5, {.length = 9}});
  CHECK_THAT((describe<Resilient<int (*)(int), AdaptiveBulkhead<Vegas, 2, 50>>>()),
             support::contains("2 to 50 calls at a time, found by Vegas, no queue"));
}
