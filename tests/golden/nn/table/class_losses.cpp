#include <golden/nn/loss_table.hpp>

namespace golden {

LayerTable class_losses() {
  return {
      {"CrossEntropyLoss", loss<nn::CrossEntropyLoss>},
      {"NLLLoss", loss<nn::NLLLoss>},
      {"BCELoss", loss<nn::BCELoss>},
      {"BCEWithLogitsLoss", loss<nn::BCEWithLogitsLoss>},
      {"KLDivLoss", loss<nn::KLDivLoss>},
      {"CTCLoss",
       [](const Options& o) {
         return layer(nn::CTCLoss(options_of<nn::CTCLoss::Options>(o)),
                      [](nn::CTCLoss& m, const Inputs& x) { return m(log_softmax(x[0], -1), x[1], x[2], x[3]); });
       }},
  };
}

}  // namespace golden
