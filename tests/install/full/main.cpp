#include <perdure/version.hpp>

#include <cstdio>

int main() {
  const bool same = perdure::version() == PERDURE_VERSION;
  std::printf("library %.*s\n", static_cast<int>(perdure::version().size()), perdure::version().data());
  return same ? 0 : 1;
}
