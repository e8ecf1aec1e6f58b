using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace MailBackup.Loader;

/// <summary>
/// The module's NestedModule: makes the default context answer for <c>MailBackup.Cmdlets</c>, the RootModule, which PowerShell then asks for by
/// name because no such file lies beside the manifest. PowerShell removes a module with a new instance of this class, hence static state.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private const string RootModule = "MailBackup.Cmdlets";

    private static readonly Lock Gate = new();
    private static readonly ModuleLoadContext Context = new(RootAssembly());
    private static int _imports;

    public void OnImport()
    {
        lock (Gate)
        {
            // Every runspace imports for itself; the last that removes the module takes the handler away.
            if (_imports++ == 0)
            {
                AssemblyLoadContext.Default.Resolving += Resolve;
            }
        }
    }

    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        lock (Gate)
        {
            if (_imports > 0 && --_imports == 0)
            {
                AssemblyLoadContext.Default.Resolving -= Resolve;
            }
        }
    }

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == RootModule ? Context.LoadFromAssemblyName(name) : null;

    private static string RootAssembly() =>
        Path.Combine(Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!, "Dependencies", RootModule + ".dll");
}
