using MailBackup.Operations;
using MailBackup.Tests.Support;
using static MailBackup.Tests.Servers.ImapFixture;

namespace MailBackup.Tests.Servers;

/// <summary>Logins by access token at a real Dovecot, which asks a service of ours whether the token is good.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[Collection("Long tests, one after another")]
public sealed class ImapTokenTests
{
    [DovecotFact]
    public async Task With_a_good_token_mails_are_saved_and_put_back_and_a_bad_one_is_refused_in_words()
    {
        using var tokens = new TokenServer("token-of-today", Alice);
        using var fixture = new ImapFixture(Alice);
        fixture.Server.Stop();
        fixture.Server.Introspection = tokens.Address;
        fixture.Server.Start();
        fixture.Follow();
        using (var alice = fixture.Server.Login(Alice))
        {
            alice.Append("INBOX", "\\Seen", Moment(1), Mail(1));
        }

        foreach (string mechanism in new[] { "xoauth2", "oauthbearer" })
        {
            fixture.Node.UpdateConfiguration(c => c with { Source = fixture.Source(Alice) with { ImapUser = Alice, ImapAuthentication = mechanism } });
            File.WriteAllText(fixture.PasswordFile, "token-of-today\n");
            int before = tokens.Asked;
            Assert.Equal(0, (await fixture.CompleteAsync(new ScanRequest { Deep = true })).Errors);
            Assert.True(tokens.Asked > before, mechanism);
            Assert.Single(fixture.Items());
            Assert.Equal(1, (await fixture.CompleteAsync(new RestoreRequest { Account = Alice, Folder = mechanism })).Restored);
            await fixture.CompleteAsync(new ScanRequest());

            File.WriteAllText(fixture.PasswordFile, "token-of-yesterday\n");
            var refused = await fixture.RunAsync(new ScanRequest { Deep = true });
            var trouble = Assert.Single(refused.Report!.Troubles);
            Assert.Equal(ErrorIds.SourceUnreadable, trouble.ErrorId);
            Assert.Contains("may act for it", trouble.Reason, StringComparison.Ordinal);
            Assert.Equal(0, refused.Report.Deleted);
            using var alice = fixture.Server.Login(Alice);
            alice.Send($"DELETE {mechanism}");
            File.WriteAllText(fixture.PasswordFile, "token-of-today\n");
            await fixture.CompleteAsync(new ScanRequest());
        }
    }
}
