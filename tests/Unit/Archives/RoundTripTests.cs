using MailBackup.Archives;
using MailBackup.Operations;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Archives;

/// <summary>What goes into an archive comes out of it: bytes, flags, keywords, dates, folders and their attributes.</summary>
public class RoundTripTests
{
    [Theory]
    [InlineData(ArchiveFormat.Maildir)]
    [InlineData(ArchiveFormat.Mbox)]
    [InlineData(ArchiveFormat.Zip)]
    public async Task An_account_of_the_sample_server_is_the_same_in_another_account(ArchiveFormat format)
    {
        using var s = new ArchiveServer();
        await s.Node.ScanAsync();
        foreach (string account in (string[])[ArchiveServer.Alice, "bob@example.com", "carla@example.org", "dmitri@example.org"])
        {
            string target = "copy-" + account;
            s.Mail.Folder(target);
            string path = await s.ExportAsync(format, account);
            var report = await s.ImportAsync(path, target);
            Assert.Equal(0, report.Skipped);
            Assert.Equal(await s.SeeAsync(account), await s.SeeAsync(target));
            var again = await s.ImportAsync(path, target);
            Assert.Equal((0L, 0L), (again.Restored, again.Updated));
            Assert.Equal(await s.SeeAsync(account), await s.SeeAsync(target));
        }
    }

    [Theory]
    [InlineData(ArchiveFormat.Maildir)]
    [InlineData(ArchiveFormat.Mbox)]
    [InlineData(ArchiveFormat.Zip)]
    public async Task Awkward_messages_come_back_byte_for_byte(ArchiveFormat format)
    {
        using var s = new ArchiveServer(sample: false);
        byte[][] contents =
        [
            [], "\n"u8.ToArray(), "\r\n\r\n"u8.ToArray(), "no header at all"u8.ToArray(), "Subject: x\n\nno end of line"u8.ToArray(),
            "Subject: quoted\n\nFrom me to you\n>From me\n>>From me\n> From me\nFrom\n>>>>"u8.ToArray(),
            "From the top\nSubject: odd\n\nx"u8.ToArray(), "Status: RO\nX-Status: A\nX-Keywords: own\nSubject: has its own\n\nbody\n"u8.ToArray(),
            "Subject: cr\r\n\r\nFrom x\r\n\r\nFrom y\r\n\rFrom z\r"u8.ToArray(), "Subject: blank\n\nbody\n\n\n"u8.ToArray(),
            "Content-Length: 3\nSubject: lies\n\nFrom here on\n\nFrom there\n"u8.ToArray(), [.. Enumerable.Range(0, 70_000).Select(i => (byte)(i * 7 >> (i & 3)))],
        ];
        for (int i = 0; i < contents.Length; i++)
        {
            s.Mail.Deliver(ArchiveServer.Alice, i % 2 == 0 ? "" : ".A&-B.c d", ((string[])["", "S", "FS", "DPRST"])[i % 4], content: contents[i]);
        }

        await s.Node.ScanAsync();
        await s.ImportAsync(await s.ExportAsync(format));
        Assert.Equal(await s.SeeAsync(ArchiveServer.Alice), await s.SeeAsync(ArchiveServer.Empty));
    }

    [Theory]
    [InlineData(ArchiveFormat.Maildir)]
    [InlineData(ArchiveFormat.Mbox)]
    [InlineData(ArchiveFormat.Zip)]
    public async Task A_past_moment_is_exported_as_it_was(ArchiveFormat format)
    {
        using var s = new ArchiveServer(sample: false);
        s.Mail.Deliver(ArchiveServer.Alice, flags: "");
        string gone = s.Mail.Deliver(ArchiveServer.Alice, ".Old", "FS");
        await s.Node.ScanAsync();
        var before = await s.SeeAsync(ArchiveServer.Alice);
        var moment = DateTimeOffset.UtcNow;
        await Task.Delay(20);
        File.Delete(gone);
        s.Mail.Deliver(ArchiveServer.Alice);
        await s.Node.ScanAsync();
        await s.ImportAsync(await s.ExportAsync(format, at: moment));
        Assert.Equal(before, await s.SeeAsync(ArchiveServer.Empty));
    }

    [RealMailFact]
    public async Task Real_mails_come_through_every_format()
    {
        using var s = new ArchiveServer(sample: false);
        string[] files = Directory.GetFiles(RealMailFactAttribute.Mails!, "*.txt", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        string[] flags = ["", "S", "RS", "FS"], folders = ["", ".Sent", ".Archive.2002", ".Lists.linux"];
        for (int i = 0; i < files.Length; i++)
        {
            s.Mail.Deliver(ArchiveServer.Alice, folders[i / 500 % 4], flags[i / 7 % 4], content: File.ReadAllBytes(files[i]));
        }

        await s.Node.ScanAsync();
        var wanted = await s.SeeAsync(ArchiveServer.Alice);
        foreach (var format in Enum.GetValues<ArchiveFormat>())
        {
            string account = $"{format}@example.com";
            s.Mail.Folder(account);
            await s.ImportAsync(await s.ExportAsync(format), account);
            var seen = await s.SeeAsync(account);
            Assert.Empty(wanted.Except(seen).Select(i => $"{format}: {i}"));
            Assert.Equal(wanted.Count, seen.Count);
        }
    }

    [Fact]
    public async Task An_item_that_cannot_be_read_costs_that_item_and_the_export_says_so()
    {
        using var s = new ArchiveServer(sample: false);
        for (int i = 0; i < 5; i++)
        {
            s.Mail.Deliver(ArchiveServer.Alice, body: new string((char)('a' + i), 3000));
        }

        await s.Node.ScanAsync();
        string bundle = Directory.GetFiles(Path.Combine(s.Node.BackupPath, "items"), "*.gz", SearchOption.AllDirectories)[0];
        byte[] bytes = File.ReadAllBytes(bundle);
        bytes[^20] ^= 0x55;
        File.WriteAllBytes(bundle, bytes);
        foreach (var format in Enum.GetValues<ArchiveFormat>())
        {
            var ended = await s.Node.RunAsync(new ExportAccountRequest { Account = ArchiveServer.Alice, Destination = s.Archives, Format = format });
            Assert.True(ended.State == OperationState.CompletedWithErrors, $"{ended.State}: {ended.Error}");
            Assert.Equal(ErrorIds.BlobDamaged, Assert.Single(ended.Report!.Troubles).ErrorId);
            string account = $"{format}@example.com";
            s.Mail.Folder(account);
            Assert.Equal(4, (await s.ImportAsync(ArchiveDestination.PathOf(s.Archives, ArchiveServer.Alice, format), account)).Restored);
        }
    }
}
