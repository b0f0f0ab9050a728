/// The page `docs/results.md`, made of reports: nothing in its tables is written by hand.
public struct ResultsPage: Sendable {
    /// Bursts, with other servers.
    public var reuse: ReuseReport?
    /// Users who come otherwise.
    public var arrivals: ReuseReport?
    public var blocks: BlocksReport?
    public var fanOut: FanOutReport?
    /// What the other servers are: a line each.
    public var peers: [String]

    public init(
        reuse: ReuseReport? = nil, arrivals: ReuseReport? = nil, blocks: BlocksReport? = nil,
        fanOut: FanOutReport? = nil, peers: [String] = []
    ) {
        self.reuse = reuse
        self.arrivals = arrivals
        self.blocks = blocks
        self.fanOut = fanOut
        self.peers = peers
    }

    /// The drawings that the page shows, each once.
    public var plots: [Plot] {
        (reuse?.plots ?? []) + (arrivals?.plots ?? []) + (blocks?.plots ?? []) + (fanOut?.plots ?? [])
    }

    /// The page. Drawings are looked for in the folder `plots` beside it.
    public var markdown: String {
        var parts = [Self.opening]
        if let context = reuse?.context ?? arrivals?.context ?? blocks?.context ?? fanOut?.context {
            parts.append(machine(context))
        }
        if let reuse { parts.append(section(reuse)) }
        if let arrivals { parts.append(section(arrivals: arrivals)) }
        if let blocks { parts.append(section(blocks)) }
        if let fanOut { parts.append(section(fanOut)) }
        parts.append(Self.limits)
        return parts.joined(separator: "\n")
    }

    private static let opening = """
        # Results

        Early reuse, block size and fan-out, measured through the HTTP server on one machine, beside the servers people use. This page
        and its drawings are made by one command, and nothing in the tables is written by hand:

            Tools/results/make.sh            # ROUNDS=1 for a look; PEERS_TO_RUN="" without other servers

        """

    private static let limits = """
        ## What these figures do not say
        - The weights are random values of a real shape: speed does not depend on them, answers mean nothing. Nothing here is about quality.
        - The servers compute in different formats: Kvasir and llama-server the same Q8_0 file, OpenVINO int8 weights, vLLM bf16 or f32, which
          costs it more arithmetic and memory a token. The comparison is of what one gets on this machine, not of designs alone.
        - The bound is at Kvasir's own measured rate. It says how much of the time sharing and order could still save, not how fast kernels could be.
        - llama-server shares what finished requests left in its slots. vLLM shares within a step by default. OpenVINO GenAI shares what was
          computed when it took a request in: of those who come at once, the ones before its first step share nothing, and they are more in
          some rounds than in others, which is why its rounds lie far apart. It has no server in its package: a small one of ours
          (`Tools/peers/openvino_server.py`) runs its continuous batching.
        - One shape, one machine, two cores that other virtual machines share: times drift by 15 % between runs. Ratios within a round are steadier, and
          medians of rounds are what the tables show.
        - Not compared: GPUs, SGLang and TensorRT-LLM (no CPU packages of them), several machines, models with experts.
        - Memory of other servers is not compared: they do not tell what they hold for a prompt.

        """

    private func machine(_ context: RunContext) -> String {
        var text = """
            ## Machine and method
            \(context.machine.processor), \(context.machine.cores) cores, \
            \(Figures.bytes(Double(context.machine.memoryBytes))) of memory, \(context.machine.system). \
            Kvasir \(context.version); model \(context.model).

            - Each server runs in a process of its own and listens on this machine; all compute on all cores, one after the other. In each round of each
              case every server takes the same load, in an order that changes from round to round. Prompts are random token ids, new in each
              round; answers have a fixed length.
            - Time to first token (TTFT) counts from the instant at which a user was scheduled to come, connecting included, to the first
              streamed token, with or without text. Of a round the mean over users counts; tables show medians over rounds, and "×" the median of ratios
              within rounds; "least–most" is what single rounds gave, and so are the thin lines in the drawings.
            - Cold: no token of the prompts is cached. Warm: one request with the shared part, and an own part that nobody else has, was answered before.
            - Computed tokens are read from each server's metrics, or from the usage in its answers. Distinct tokens are counted from the
              prompts: what any cache must compute at least. The last token of a prompt that is wholly cached needs a row without keys and
              values, which does not count.
            - The bound is the mean TTFT if each distinct token took just its time in a prompt computed alone (measured in the same round), in the
              order of Horn's algorithm, and nothing else took time.

            """
        if !peers.isEmpty {
            text += "\nOther servers:\n" + peers.map { "- \($0)\n" }.joined()
        }
        let commands = [
            reuse?.context.command, arrivals?.context.command, blocks?.context.command, fanOut?.context.command,
        ].compactMap(\.self)
        text += "\nThe commands:\n\n" + commands.map { "    \($0)\n" }.joined()
        return text
    }

    private func image(_ name: String, _ description: String) -> String {
        "![\(description)](plots/\(name).svg)\n"
    }

    private func section(_ report: ReuseReport) -> String {
        var text = "## Users at once\n"
        text += Aims(report).text
        for plot in report.plots { text += "\n" + image(plot.name, "Mean time to first token, users at once") }
        text += tables(report)
        if let rate = report.prefills.map(\.tokensPerSecond).median {
            text +=
                "\nMedians of \(Figures.rounds(report.settings.rounds)). A prompt alone is computed at \(Figures.number(rate)) tokens/s.\n"
        }
        if let outside = report.overheads.map(\.outsideShare).median,
            let between = report.overheads.map(\.betweenStepsShare).median
        {
            text += """

                Overhead, in cold bursts with answers of one token: \(Figures.percent(between)) of the run passes while the engine runs no step (HTTP, \
                JSON, tokenising, planning; the run ends with the last user's first token); seen from the users, \
                \(Figures.percent(outside)) of the mean TTFT passes outside of the engine's queue and steps.

                """
        }
        if let identical = report.identicalAnswers {
            text += "\nKvasir's answers in all its modes and rounds were "
            text += identical ? "the same, byte for byte.\n" : "**not the same**: that is a fault.\n"
        }
        return text
    }

    private func section(arrivals report: ReuseReport) -> String {
        var text = """
            ## Users who come otherwise
            Over the time of one prefill, evenly or at random, or with a first user who leaves in the middle of it. What only the one who
            left needed counts as distinct as far as it was computed. Medians of \(Figures.rounds(report.settings.rounds)). With arrivals over time the bound is what the same order reaches, not a proven least.

            """
        for plot in report.plots { text += "\n" + image(plot.name, "Mean time to first token, other arrivals") }
        return text + tables(report)
    }

    private func tables(_ report: ReuseReport) -> String {
        report.settings.cases.map { `case` in
            let rows = report.rows(of: `case`)
            return rows.isEmpty ? "" : "\n### \(ReuseReport.title(`case`))\n\(ReuseReport.table(rows).markdown)"
        }.joined()
    }

    private func section(_ report: BlocksReport) -> String {
        var text = "## Block size\n\(report.title).\n"
        if let most = report.rows.map(\.timesBest).max(), let least = report.rows.map(\.timesBest).min() {
            text += """

                Reuse is by the token whatever the size, so that TTFT has no reason to depend on it: the sizes' medians are \
                \(Figures.ratio(least)) to \(Figures.ratio(most)) times the best of their round.

                """
        }
        text += "\n" + report.table.markdown
        for plot in report.plots { text += "\n" + image(plot.name, "Block size") }
        return text
    }

    private func section(_ report: FanOutReport) -> String {
        var text = "## Fan-out\nAll cold; \(Figures.rounds(report.settings.rounds)).\n"
        let here = Set(report.rows.map(\.server))
        let missing = Set(reuse?.rows.map(\.server) ?? []).subtracting(here).sorted()
        if !missing.isEmpty { text += "Not in this run: \(missing.joined(separator: ", ")).\n" }
        for plot in report.plots { text += "\n" + image(plot.name, "Mean time to first token, fan-out") }
        for kind in FanOutRow.Kind.allCases {
            text += "\n### \(report.title(kind))\n\(report.table(kind).markdown)"
        }
        return text
    }
}
