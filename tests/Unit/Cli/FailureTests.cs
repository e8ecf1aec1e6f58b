using MailBackup.Cli;
using MailBackup.Cli.Output;

namespace MailBackup.Tests.Cli;

/// <summary>Whatever is thrown becomes an id, a sentence and an exit code.</summary>
public class FailureTests
{
    public static TheoryData<Exception, string, int> Errors => new()
    {
        { new MailBackupException(ErrorIds.AccountNotFound, "No.", "Look."), "AccountNotFound", 2 },
        { new MailBackupException(ErrorIds.BackupPathFull, "No.", "Look."), "BackupPathFull", 3 },
        { new UnauthorizedAccessException("Access to the path '/x' is denied."), "AccessDenied", 3 },
        { new IOException("No space left on device"), "FileSystemFailed", 3 },
        { new OperationCanceledException(), "OperationStopped", 130 },
        { new InvalidOperationException("Sequence contains no elements"), "InternalError", 3 },
        { new AggregateException(new IOException("x")), "FileSystemFailed", 3 },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Is_described(Exception error, string id, int code)
    {
        var (actualId, message, actualCode) = Failure.Describe(error);
        Assert.Equal(id, actualId);
        Assert.Equal(code, actualCode);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("1", true)]
    public void A_stack_trace_is_shown_only_when_asked_for(string? debug, bool shown)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var session = new Session(new CommandHost { Output = output, Error = error, Environment = _ => debug }, json: false, quiet: false);
        int code = 0;
        try
        {
            throw new InvalidOperationException("Broken");
        }
        catch (InvalidOperationException e)
        {
            code = Failure.Report(e, session);
        }

        Assert.Equal(3, code);
        Assert.Equal(shown, error.ToString().Contains("   at ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_closed_pipe_is_no_error(int outcome)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var session = new Session(new CommandHost { Output = output, Error = error }, json: false, quiet: false)
        {
            OutcomeOfClosedPipe = outcome,
        };
        Assert.Equal(outcome, Failure.Report(new BrokenPipeException(), session));
        Assert.Empty(error.ToString());
    }

    [Fact]
    public void A_stop_by_sigterm_is_143()
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var session = new Session(new CommandHost { Output = output, Error = error }, json: false, quiet: false) { StoppedBySignal = 143 };
        Assert.Equal(143, Failure.Report(new OperationCanceledException(), session));
    }

    [Fact]
    public void Escape_sequences_in_an_error_do_not_reach_the_terminal()
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var session = new Session(new CommandHost { Output = output, Error = error }, json: false, quiet: false);
        session.ReportError("X", "There is no \u001b]0;owned\u0007 here.");
        Assert.DoesNotContain('\u001b', error.ToString());
        Assert.DoesNotContain('\u0007', error.ToString());
    }
}
