#include "CAssets.h"

static const _Alignas(64) unsigned char bytes[] = {
#embed "Resources/kvasir-support.gguf"
};

kvasir_asset kvasir_support_model(void) { return (kvasir_asset){bytes, sizeof bytes}; }
