using MailBackup.Sources.Imap.Protocol;
using MailBackup.Sources.Imap.Watching;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Sources.Imap.Watching;

/// <summary>From how many refusals of NOTIFY it is concluded that the server does not do it.</summary>
public sealed class WatchServerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <param name="said">By account: its answer.</param>
    [Theory]
    [InlineData(9, "a:NO broken", nameof(WatchMode.Notify))]
    [InlineData(9, "a:NO broken,a:NO broken,a:NO broken", nameof(WatchMode.Notify))]
    [InlineData(9, "a:NO broken,b:NO broken,c:NO broken", nameof(WatchMode.Idle))]
    [InlineData(2, "a:NO broken,b:NO broken", nameof(WatchMode.Idle))]
    [InlineData(9, "a:BAD unknown", nameof(WatchMode.Idle))]
    [InlineData(9, "a:OK,b:BAD,c:NO,d:NO,e:NO", nameof(WatchMode.Notify))]
    [InlineData(1, "a:NO [UNAVAILABLE]", nameof(WatchMode.Notify))]
    public void One_mailbox_that_is_refused_NOTIFY_does_not_take_it_from_the_others(int accounts, string said, string mode)
    {
        using var script = new ScriptedServer(_ => "");
        using var server = new WatchServer(script.Settings(_folder)) { Accounts = accounts };
        foreach (string one in said.Split(','))
        {
            if (one.EndsWith(":OK", StringComparison.Ordinal))
            {
                server.Notifies();
                continue;
            }

            var refusal = ResponseLine.Parse(System.Text.Encoding.ASCII.GetBytes("m1 " + one[2..])).Status!;
            server.RefusesNotify(one[..1], new ImapCommandException(refusal));
        }

        Assert.Equal(mode, server.Mode.ToString());
    }
}
