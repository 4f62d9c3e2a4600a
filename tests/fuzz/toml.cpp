// Any text as a configuration: errors with their place, or a Config that compiles into a snapshot.
#include "dataplane/config/parse.hpp"
#include "dataplane/control/compile.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/stage/scene.hpp"

namespace weir::fuzz {
namespace {

Input input_of(const std::string& text) { return {text.begin(), text.end()}; }

void compile(Config config) {
    CompileInput input;
    const std::size_t ports = config.ports.size();
    input.config = std::make_shared<const Config>(std::move(config));
    for (std::size_t i = 0; i < ports; ++i) input.macs.push_back(MacAddr{{2, 0, 0, 0, 0, 1}});
    input.gateways.assign(gateways_of(*input.config).size(), NeighborId{0});
    CounterSlots sids, paths;
    const auto snapshot = compile_snapshot(input, sids, paths);
    require(snapshot->sids.size() == input.config->sids.size(), "a SID was lost on the way");
}

}  // namespace

std::vector<Input> seeds() {
    std::vector<Input> all{input_of(test::scene_text())};
    for (const char* extra :
         {"[workers]\ncores=[0]\nidle=\"sleep "
          "50us\"\n[memory]\nhugepages=\"none\"\nreserve=\"1.5MB\"\n",
          "[[peer]]\nname=\"p\"\nport=\"wan0\"\naddress=\"fc00:b::fc\"\nlocator=\"fc00:b::/"
          "32\"\ndistance=\"100km\"\nkey={id=1,file=\"/k\"}\n",
          "[[slice]]\nid=20\nname=\"s\"\nguarantee=\"40%\"\nlimit=\"2.5G\"\nlossless=true\ncontrol="
          "\"precise\"\nqueues=256\ndscp=30\necn={min=\"2MB\",max=\"8MB\"}\nwatchdog={detect="
          "\"400ms\",restore=\"1s\",action=\"drop\"}\n"})
        all.push_back(input_of(test::scene_text() + extra));
    // Each refused for one reason.
    for (const char* wrong :
         {"[[policy]]\nname = \"p\"\npaths = [ { segments = [] } ]\n",
          "[[policy]]\nname = \"p\"\npaths = [ { weight = 0, segments = [\"fc00:b::1\"] } ]\n",
          "[[policy]]\nname = \"p\"\npaths = []\n",
          "[[steer]]\nmatch = { to = \"10.9.0.0/16\" }\npolicy = \"nobody\"\n",
          "[[sid]]\nsid = \"fc00:b::e\"\nbehavior = \"End\"\n",
          "[[sid]]\nsid = \"fc00:a::e9\"\nbehavior = \"End.X\"\n",
          "[[port]]\nname = \"x\"\ndevice = \"af_xdp:eth9\"\nmtu = 9000\n",
          "[[route]]\nto = \"10.0.0.0/33\"\nvia = []\n"})
        all.push_back(input_of(test::scene_text() + wrong));
    return all;
}

}  // namespace weir::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weir;
    auto parsed = parse_config({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
    if (const auto* errors = std::get_if<ConfigErrors>(&parsed)) {
        fuzz::require(!errors->empty(), "refused without an error");
        for (const ConfigError& error : *errors)
            fuzz::require(!error.text.empty() && error.to_string().find("fuzz.toml") == 0,
                          "an error without its place");
        return 0;
    }
    fuzz::compile(std::get<Config>(std::move(parsed)));
    return 0;
}
