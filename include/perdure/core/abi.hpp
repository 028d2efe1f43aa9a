#pragma once

/// Inline namespace of every Perdure header. A kernel object compiled for one instruction set defines it to a name of its own, so that no
/// two objects share a weak symbol (docs/adr/0006).
#ifndef PERDURE_ABI
#define PERDURE_ABI v0
#endif
