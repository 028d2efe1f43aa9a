#include "options.hpp"

#include <perdure/core/text.hpp>
#include <perdure/time/date.hpp>

#include <charconv>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <system_error>

namespace quiz {

const std::string_view help = R"(quiz_service COMMAND --database FILE [options] [INPUT]

Commands; INPUT is a file of lines, or else standard input:
  answer    reads learner,item,answered_at,grade; prints learner,item,due for each answer once it is stored
  enroll    reads learner,zone,calendar, as in ada,Europe/Paris,rest=sat,sun, all or none; others study every day, in UTC
  due       prints learner,item,due for all that is due on a day or before, earliest first
  answers   prints all answers, as `answer` reads them

Options:
  --database FILE     the SQLite database; `answer` and `enroll` make one that is not there
  --threads N         threads that take answers, 1 to 64 (1)
  --sync full|normal  normal: faster; a power cut may lose the last answers (full)
  --by DAY            for `due`, YYYY-MM-DD
  --target R          for a new database: recall at which an item is asked again (0.9)
  --parameters FILE   for a new database: parameters of the model, separated by blanks (the defaults)

Exit code: 0 when every line was used, 1 when some were refused (standard error names them), 2 when the command cannot run.
)";

namespace {

template <class Number>
Number parse_number(std::string_view option, const std::string& text, Number least, Number most) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size() || !(number >= least && number <= most)) {
    throw UsageError{std::string{option} + " must be a number from " + perdure::to_text(least) + " to " + perdure::to_text(most) +
                     ", got " + text};
  }
  return number;
}

std::vector<double> read_parameters(const std::string& path) {
  std::ifstream file{path};
  if (!file) throw UsageError{path + ": cannot be read"};
  std::vector<double> values{std::istream_iterator<double>{file}, {}};
  if (!file.eof()) throw UsageError{path + ": value " + perdure::to_text(values.size()) + " is no number"};
  if (const auto made = Model::make(values); !made) throw UsageError{path + ": " + made.error().what};
  return values;
}

}  // namespace

Arguments parse_arguments(const std::vector<std::string>& words) {
  Arguments given;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto value = [&]() -> const std::string& {
      if (++i == words.size()) throw UsageError{word + " needs a value"};
      return words[i];
    };
    if (word == "--database") {
      given.service.store.database = value();
    } else if (word == "--threads") {
      given.threads = parse_number<unsigned>(word, value(), 1, 64);
    } else if (word == "--sync") {
      const std::string& mode = value();
      if (mode != "full" && mode != "normal") throw UsageError{"--sync must be full or normal, got " + mode};
      given.service.store.durability = mode == "full" ? Durability::full : Durability::normal;
    } else if (word == "--by") {
      given.by = value();
      if (const auto day = perdure::time::parse_date(given.by); !day) throw UsageError{"--by: " + day.error().what};
    } else if (word == "--target") {
      given.service.target = parse_number<double>(word, value(), 0.01, 0.99);
    } else if (word == "--parameters") {
      given.service.parameters = read_parameters(value());
    } else if (word.starts_with("-")) {
      throw UsageError{"unknown option " + word};
    } else {
      (given.command.empty() ? given.command : given.input) = word;
    }
  }
  if (given.command.empty()) throw UsageError{"no command"};
  if (given.service.store.database.empty()) throw UsageError{"--database is missing"};
  given.service.store.create = given.command == "answer" || given.command == "enroll";
  return given;
}

}  // namespace quiz
