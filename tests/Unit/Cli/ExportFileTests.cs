using MailBackup.Cli.Running;

namespace MailBackup.Tests.Cli;

public sealed class ExportFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mailbackup-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Writes_a_file_that_only_its_owner_reads()
    {
        var file = ExportFile.Choose(Path.Combine(_folder, "a.eml"), () => throw new InvalidOperationException());
        Assert.Equal(3, file.Write(s => s.Write("abc"u8)));
        Assert.Equal("abc", File.ReadAllText(file.Path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));
        }
    }

    [Fact]
    public void Leaves_nothing_behind_when_the_content_is_damaged()
    {
        var file = ExportFile.Choose(Path.Combine(_folder, "a.eml"), () => "x");
        Assert.Throws<MailBackupException>(() => file.Write(s =>
        {
            s.Write("half"u8);
            throw new MailBackupException(ErrorIds.BlobDamaged, "Damaged.", "Scan deep.");
        }));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Never_writes_over_a_file()
    {
        string path = Path.Combine(_folder, "a.eml");
        var early = ExportFile.Choose(path, () => "x");
        File.WriteAllText(path, "mine");
        Assert.Equal("OutputFileExists", Assert.Throws<MailBackupException>(() => ExportFile.Choose(path, () => "x")).ErrorId);
        Assert.Equal("OutputFileExists", Assert.Throws<MailBackupException>(() => early.Write(s => s.Write("abc"u8))).ErrorId);
        Assert.Equal("mine", File.ReadAllText(path));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_folder_gets_the_name_that_the_item_suggests()
    {
        Assert.Equal(Path.Combine(_folder, "12.eml"), ExportFile.Choose(_folder, () => "12.eml").Path);
        Assert.Equal(Path.Combine(_folder, "12.eml"), ExportFile.Choose(_folder + "/", () => "12.eml").Path);
        Assert.Equal("OutputNotWritable", Assert.Throws<MailBackupException>(() => ExportFile.Choose(_folder + "/no/", () => "x")).ErrorId);
    }

    [Theory]
    [InlineData("report.pdf", "report.pdf")]
    [InlineData("../../etc/passwd", "_.._etc_passwd")]
    [InlineData("/etc/passwd", "_etc_passwd")]
    [InlineData(".bashrc", "bashrc")]
    [InlineData("-rf", "rf")]
    [InlineData("..", "item")]
    [InlineData("a\nb\u001b", "a b\ufffd")]
    public void A_suggested_name_stays_in_its_folder(string name, string expected) => Assert.Equal(expected, ExportFile.SafeName(name));
}
