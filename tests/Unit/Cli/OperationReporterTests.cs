using System.Text;
using System.Text.Json;
using MailBackup.Cli;
using MailBackup.Cli.Running;
using MailBackup.Operations;

namespace MailBackup.Tests.Cli;

public class OperationReporterTests
{
    private static Operation Operation(OperationState state, OperationReport? report = null, string? errorId = null) => new()
    {
        Id = Guid.Parse("1a2b3c4d-0000-0000-0000-000000000000"),
        Kind = OperationKind.SmartScan,
        State = state,
        Parameters = "{}",
        Report = report,
        ErrorId = errorId,
        Error = errorId is null ? null : "It did not work.",
    };

    private static CliRun Report(Operation operation, bool json = false, bool quiet = false, int? signal = null)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var session = new Session(new CommandHost { Output = output, Error = error }, json, quiet) { StoppedBySignal = signal };
        int code = OperationReporter.Report(session, operation);
        Assert.Equal(code, session.OutcomeOfClosedPipe);
        return new CliRun(code, output.ToArray(), error.ToString());
    }

    private static OperationReport WithTroubles(int kept, int all) => new()
    {
        Errors = all,
        Troubles = [.. Enumerable.Range(1, kept).Select(i => new ItemTrouble("ItemReadFailed", "a@b.c", i, $"cur/{i}\u001b", "denied"))],
    };

    [Theory]
    [InlineData(OperationState.Completed, null, null, 0, null)]
    [InlineData(OperationState.CompletedWithErrors, null, null, 1, null)]
    [InlineData(OperationState.Failed, "SourceNotFound", null, 3, "SourceNotFound")]
    [InlineData(OperationState.Failed, "AccountNotFound", null, 2, "AccountNotFound")]
    [InlineData(OperationState.Failed, null, null, 3, "InternalError")]
    [InlineData(OperationState.Interrupted, null, null, 3, "OperationInterrupted")]
    [InlineData(OperationState.Stopped, null, null, 3, "OperationStopped")]
    [InlineData(OperationState.Stopped, null, 130, 130, "OperationStopped")]
    [InlineData(OperationState.Stopped, null, 143, 143, "OperationStopped")]
    [InlineData(OperationState.Completed, null, 130, 0, null)]
    public void Every_end_has_its_exit_code(OperationState state, string? errorId, int? signal, int code, string? reported)
    {
        var json = Report(Operation(state, new OperationReport(), errorId), json: true, signal: signal);
        Assert.Equal((code, reported), (json.Code, json.ErrorId));
        Assert.Equal(state.ToString(), Assert.Single(json.Json).GetProperty("state").GetString());
        Assert.Equal(code, Report(Operation(state, null, errorId), signal: signal).Code);
    }

    [Fact]
    public void A_stop_says_that_what_was_reported_is_durable() =>
        Assert.Contains("Everything reported is durable", Report(Operation(OperationState.Stopped), signal: 130).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData(3, 3, 3, null)]
    [InlineData(20, 20, 20, null)]
    [InlineData(25, 25, 21, "… and 5 more; see mailbackup operations --history --id 1a2b3c4d")]
    [InlineData(25, 1000, 21, "… and 980 more; see mailbackup operations --history --id 1a2b3c4d")]
    public void The_first_troubles_are_told(int kept, int all, int lines, string? last)
    {
        var run = Report(Operation(OperationState.CompletedWithErrors, WithTroubles(kept, all)));
        string[] told = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines, told.Length);
        Assert.Equal("a@b.c, item 1, cur/1\ufffd (read error): denied", told[0]);
        Assert.Equal(last ?? told[^1], told[^1]);
    }

    [Fact]
    public void As_json_the_troubles_are_in_the_report()
    {
        var run = Report(Operation(OperationState.CompletedWithErrors, WithTroubles(25, 25)), json: true);
        Assert.Empty(run.Error);
        Assert.Equal(25, run.Json[0].GetProperty("troubles").GetArrayLength());
        Assert.Equal(JsonValueKind.Array, run.Json[0].GetProperty("warnings").ValueKind);
    }

    [Fact]
    public void Quiet_keeps_the_troubles_and_leaves_out_the_summary()
    {
        var run = Report(Operation(OperationState.CompletedWithErrors, WithTroubles(1, 1)), quiet: true);
        Assert.Empty(run.Output);
        Assert.NotEmpty(run.Error);
        Assert.NotEmpty(Encoding.UTF8.GetString(Report(Operation(OperationState.Completed, new OperationReport())).Output));
    }
}
