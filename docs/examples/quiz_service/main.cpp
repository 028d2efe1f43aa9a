// A quiz service: answers in, next due dates out; memories live in SQLite. See docs/how-to/embed-in-cpp.md.
#include "lines.hpp"
#include "options.hpp"
#include "service.hpp"
#include "workers.hpp"

#include <perdure/core/text.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace quiz;

/// Calls `use(number, line)` for every line but blank ones and a header.
void each_line(const std::string& path, std::string_view header, const std::function<bool(std::uint64_t, std::string_view)>& use) {
  std::ifstream file;
  if (!path.empty()) {
    file.open(path);
    if (!file) throw UsageError{path + ": cannot be read"};
  }
  std::istream& input = path.empty() ? std::cin : file;
  std::string line;
  for (std::uint64_t number = 1; std::getline(input, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || (number == 1 && line == header)) continue;
    if (!use(number, line)) return;
  }
  if (input.bad()) throw UsageError{path + ": cannot be read to its end"};
}

struct Counts {
  std::atomic<std::uint64_t> stored{0}, repeated{0}, refused{0};
};

void refuse(Counts& counts, std::uint64_t number, const std::string& why) {
  ++counts.refused;
  std::fprintf(stderr, "line %s: %s\n", perdure::to_text(number).c_str(), why.c_str());
}

struct Job {
  std::uint64_t line;
  Answer answer;
};

void flush() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) throw std::runtime_error{"standard output cannot be written"};
}

/// Serves one answer. A line is printed in one call, when the answer is in the database.
void serve(Service& service, Counts& counts, const Job& job) {
  const auto& [number, answer] = job;
  const auto reply = service.answer(answer);
  if (!reply) {
    refuse(counts, number, "answer of " + answer.learner + " on " + answer.item + " " + reply.error().what);
    return;
  }
  ++(reply->repeated ? counts.repeated : counts.stored);
  const std::string line = answer.learner + "," + answer.item + "," + reply->due + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
  flush();
}

int run_answer(const Arguments& given) {
  using Clock = std::chrono::steady_clock;
  Counts counts;
  const Clock::time_point start = Clock::now();
  Clock::time_point told = start;
  const auto tell = [&] {
    told = Clock::now();
    const std::uint64_t done = counts.stored + counts.repeated + counts.refused;
    const double seconds = std::chrono::duration<double>(told - start).count();
    std::fprintf(stderr, "%s answers: %s stored, %s repeated, %s refused; %.1f s, %.0f/s, threads: %u\n", perdure::to_text(done).c_str(),
                 perdure::to_text(counts.stored.load()).c_str(), perdure::to_text(counts.repeated.load()).c_str(),
                 perdure::to_text(counts.refused.load()).c_str(), seconds, static_cast<double>(done) / seconds, given.threads);
  };
  static_cast<void>(Service{given.service});  // a database that cannot be used is found here, before any line is read
  Workers<Job> workers{given.threads, [&]() -> Workers<Job>::Handler {
                         const auto service = std::make_shared<Service>(given.service);
                         return [&counts, service](Job& job) { serve(*service, counts, job); };
                       }};
  each_line(given.input, answer_header, [&](std::uint64_t number, std::string_view line) {
    constexpr std::chrono::seconds pause{5};
    if (Clock::now() - told >= pause) tell();
    auto answer = parse_answer(line);
    if (!answer) {
      refuse(counts, number, answer.error().what);
      return true;
    }
    const std::size_t card = std::hash<std::string>{}(answer->learner + "," + answer->item);
    return workers.push(card, {number, *std::move(answer)});
  });
  workers.finish();
  tell();
  return counts.refused == 0 ? 0 : 1;
}

int run_enroll(const Arguments& given) {
  Store store{given.service.store};
  Counts counts;
  std::vector<Enrolled> all;  // read before the transaction begins: input may be slow, and others want to write
  each_line(given.input, study_header, [&](std::uint64_t number, std::string_view line) {
    auto enrolled = parse_enrolled(line);
    if (enrolled) {
      all.push_back(*std::move(enrolled));
    } else {
      refuse(counts, number, enrolled.error().what);
    }
    return true;
  });
  if (counts.refused > 0) return 1;
  Transaction transaction = store.transaction();
  for (const Enrolled& enrolled : all) store.enroll(enrolled.learner, enrolled.study);
  transaction.commit();
  return 0;
}

int run_due(const Arguments& given) {
  if (given.by.empty()) throw UsageError{"due needs --by DAY"};
  Store store{given.service.store};
  store.each_due(given.by, [](const std::string& learner, const std::string& item, const std::string& due) {
    std::printf("%s,%s,%s\n", learner.c_str(), item.c_str(), due.c_str());
  });
  return 0;
}

int run_answers(const Arguments& given) {
  Store store{given.service.store};
  std::printf("%s\n", std::string{answer_header}.c_str());
  store.each_answer([](const std::string& learner, const std::string& item, std::int64_t at_ms, std::int64_t grade) {
    const std::string at = perdure::time::format_instant(perdure::time::Instant{std::chrono::milliseconds{at_ms}});
    std::printf("%s,%s,%s,%s\n", learner.c_str(), item.c_str(), at.c_str(), perdure::to_text(grade).c_str());
  });
  return 0;
}

int run(const Arguments& given) {
  if (given.command == "answer") return run_answer(given);
  if (given.command == "enroll") return run_enroll(given);
  if (given.command == "due") return run_due(given);
  if (given.command == "answers") return run_answers(given);
  throw UsageError{"unknown command " + given.command};
}

}  // namespace

int main(int count, char** words) {
  try {
    const std::vector<std::string> given{words + 1, words + count};
    for (const std::string& word : given) {
      if (word == "--help" || word == "-h") {
        std::fwrite(help.data(), 1, help.size(), stdout);
        return 0;
      }
    }
    const int code = run(parse_arguments(given));
    flush();
    return code;
  } catch (const UsageError& mistake) {
    std::fprintf(stderr, "quiz_service: %s; see --help\n", mistake.what());
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "quiz_service: %s\n", failure.what());
  }
  return 2;
}
